"""How much memory a run may use: watched from outside, with the system's own limit behind it."""

import resource

import psutil

DEFAULT_BYTES = 6 << 30


def resident_bytes(pid: int) -> int:
    """Return the bytes of memory the process occupies; 0 once it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def set_backstop(memory_bytes: int) -> None:
    """Let the system refuse memory to this process far above its limit.

    It holds when nobody watches: the watcher is suspended, or the memory is asked for at a stroke.
    RLIMIT_DATA rather than RLIMIT_AS, because Arrow's allocator reserves address space that it
    never uses; twice the limit and 4 GiB more, because each thread of NumPy and Arrow counts with
    buffers it may never touch. macOS has the limit and does not enforce it.
    """
    backstop = 2 * memory_bytes + (4 << 30)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or backstop < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (backstop, hard))


def in_words(count: int) -> str:
    """Return a number of bytes as people say it: "6 GiB", "1.5 GiB", "300 MiB"."""
    if count >= 1 << 30:
        return f"{count / (1 << 30):.4g} GiB"
    return f"{count / (1 << 20):.4g} MiB"
