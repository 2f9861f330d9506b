"""The programs' face of the desk: `/api/v1/`, thin views over the same services and selectors that people use."""
