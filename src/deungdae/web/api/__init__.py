"""The interface for programs: JSON at /api/v1/, described by OpenAPI, opened by personal keys."""
