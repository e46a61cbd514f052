"""Results to sentences, charts and pages, in Korean and English."""
