"""Tests of the columns that reports reckon with."""
