"""Tags of insight's templates."""
