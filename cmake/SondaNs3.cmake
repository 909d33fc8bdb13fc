# ns-3 as one target, sonda_ns3_libraries, for 3.37 (Debian 12) up to 3.48; Debian 13 has 3.43.
#
# Why not link ns3::libcore and its like directly: the names changed in 3.43; the imported targets
# ask for -dev packages that libns3-dev does not depend on; and with --as-needed, Debian's default,
# a model that is known only by its TypeId's name would not be registered.

find_package(ns3 CONFIG QUIET)
if(NOT ns3_FOUND)
  message(FATAL_ERROR "ns-3 was not found. Install libns3-dev (Debian), or configure with "
                      "-DSONDA_SIM=OFF to build only the real agent and proxy.")
endif()
if(ns3_VERSION VERSION_LESS 3.37 OR ns3_VERSION VERSION_GREATER_EQUAL 3.49)
  message(WARNING "ns-3 ${ns3_VERSION} was found; Sonda is written for 3.37 to 3.48.")
endif()
# What ns-3's headers are written in: what its exported targets ask for, else (Debian's ask for
# nothing) what ns-3 itself is compiled as in that version.
if(ns3_VERSION VERSION_GREATER_EQUAL 3.46)
  set(SONDA_NS3_CXX_STANDARD cxx_std_23)
elseif(ns3_VERSION VERSION_GREATER_EQUAL 3.41)
  set(SONDA_NS3_CXX_STANDARD cxx_std_20)
else()
  set(SONDA_NS3_CXX_STANDARD cxx_std_17)
endif()
foreach(target IN ITEMS ns3::core ns3::libcore)
  if(TARGET ${target})
    get_target_property(features ${target} INTERFACE_COMPILE_FEATURES)
    if(features MATCHES "cxx_std_[0-9]+")
      set(SONDA_NS3_CXX_STANDARD ${CMAKE_MATCH_0})
    endif()
  endif()
endforeach()
message(STATUS "ns-3 ${ns3_VERSION}, ${SONDA_NS3_CXX_STANDARD}")

# sonda_ns3_modules(TARGET MODULE…): lets an interface library link ns-3 modules.
function(sonda_ns3_modules target)
  foreach(module IN LISTS ARGN)
    if(TARGET ns3::${module})
      set(imported ns3::${module})
    elseif(TARGET ns3::lib${module})
      set(imported ns3::lib${module})
    else()
      message(FATAL_ERROR "ns-3 ${ns3_VERSION} has no module '${module}'. Install libns3-dev.")
    endif()
    # Of what the imported target asks for, keep ns-3's own libraries: absolute paths (gsl, sqlite,
    # xml) and linker flags are needed to build ns-3, not to use it.
    get_target_property(needs ${imported} INTERFACE_LINK_LIBRARIES)
    list(FILTER needs INCLUDE REGEX "^ns3::")
    set_target_properties(${imported} PROPERTIES INTERFACE_LINK_LIBRARIES "${needs}")
    get_target_property(folders ${imported} INTERFACE_INCLUDE_DIRECTORIES)
    set(existing "")
    foreach(folder IN LISTS folders)
      if(EXISTS "${folder}")
        list(APPEND existing "${folder}")
      endif()
    endforeach()
    set_target_properties(${imported} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${existing}")
    target_link_libraries(${target} INTERFACE ${imported})
  endforeach()
endfunction()

add_library(sonda_ns3_libraries INTERFACE)
target_compile_features(sonda_ns3_libraries INTERFACE ${SONDA_NS3_CXX_STANDARD})
sonda_ns3_modules(sonda_ns3_libraries core network internet bridge)

# As Debian builds the libraries: logging is in. The macro also decides the layout of UdpClient.
target_compile_definitions(sonda_ns3_libraries INTERFACE NS3_LOG_ENABLE
                                                         $<$<CONFIG:Debug>:NS3_ASSERT_ENABLE>)
target_link_options(sonda_ns3_libraries INTERFACE LINKER:--no-as-needed)
