// Has the precompiled header made that the tests use.
