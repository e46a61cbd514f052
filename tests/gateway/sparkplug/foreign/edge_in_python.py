"""An edge on the package pysparkplug; each line of its input is an order. Runs on its own."""

import sys
from typing import Any

import pysparkplug as sparkplug  # type: ignore[import-not-found] # has an environment of its own


def metric(name: str, datatype: Any, value: Any) -> Any:
    return sparkplug.Metric(
        timestamp=sparkplug.get_current_timestamp(), name=name, datatype=datatype, value=value
    )


def main() -> None:
    double, text = sparkplug.DataType.DOUBLE, sparkplug.DataType.STRING
    user, password = sys.argv[2:] or (None, None)
    client = sparkplug.Client(username=user, password=password)
    edge = sparkplug.EdgeNode("공장", "파이썬", (metric("온도", double, 21.5),), client)
    # Known before the connection is: its thread would otherwise race with ours.
    edge.register(sparkplug.Device("금형", (metric("이름", text, "가동"),)))
    edge.connect("127.0.0.1", port=int(sys.argv[1]))
    for line in sys.stdin:
        order, _, value = line.strip().partition(" ")
        if order == "data":
            edge.update((metric("온도", double, float(value)),))
        elif order == "device":
            edge.update_device("금형", (metric("이름", text, value),))


main()
