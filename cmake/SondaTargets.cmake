# What all targets of the project share.

# Warnings for own code; libraries' headers are system headers.
function(sonda_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                           -Woverloaded-virtual)
  if(SONDA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# The commit is read when CMake configures and again whenever HEAD or its branch moves.
execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE SONDA_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT SONDA_COMMIT)
  set(SONDA_COMMIT "unknown")
endif()
if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
endif()

# Names the version to the few sources that print it: model/base/version.h.
configure_file(${PROJECT_SOURCE_DIR}/model/base/version.cc.in ${PROJECT_BINARY_DIR}/version.cc @ONLY)
add_library(sonda_version STATIC ${PROJECT_BINARY_DIR}/version.cc)
target_include_directories(sonda_version PUBLIC ${PROJECT_SOURCE_DIR})
target_compile_features(sonda_version PUBLIC cxx_std_17)
