"""Estimators, forecasts of held-out ends, and other libraries."""
