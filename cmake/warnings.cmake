# The warnings that this project's own code is free of; never passed on to those who use it.
add_library(tidemark_warnings INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(tidemark_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
endif()
