"""Judging: is an answer the notice at all?"""
