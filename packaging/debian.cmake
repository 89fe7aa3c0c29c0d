# debian.cmake — what `cpack -G DEB` makes of the four components.
#
#     program        eqlite          the program, its manual pages, completions, rules
#     library        libeqlite0      the shared library
#     development    libeqlite-dev   header, static library, pkg-config, CMake
#     documentation  eqlite-doc      docs/, for every architecture
#
# finish.cmake adds to each what Debian asks of a package: copyright, changelog, compressed manual pages.

set(soname libeqlite.so.${PROJECT_VERSION_MAJOR})
set(library libeqlite${PROJECT_VERSION_MAJOR})
set(EQLITE_MAINTAINER "eqlite maintainers <maintainers@eqlite.invalid>" CACHE STRING "Who made the Debian packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME eqlite)
set(CPACK_PACKAGE_VENDOR eqlite)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each component has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program library development documentation)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/finish.cmake)
set(CPACK_EQLITE_SOURCE_DIR ${PROJECT_SOURCE_DIR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${EQLITE_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(full_version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME eqlite)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS eqlite-doc)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "Event Query Language over files and streams of security events
eqlite finds single events, ordered sequences and groups in events written as
JSON, and turns matches of detection rules into alert documents. It speaks EQL,
Elastic's Event Query Language, and needs no server and no configuration.
.
This package has the program and some rules.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "Event Query Language as a library
libeqlite compiles EQL, Elastic's Event Query Language, and rules written in
it, and matches them against events written as JSON.
.
This package has the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libeqlite-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${library} (= ${full_version})")
# For those who link statically.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "eqlite-doc, libarchive-dev, libmd-dev, libpcre2-dev, libsimdjson-dev, \
libutf8proc-dev, libxxhash-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Event Query Language as a library (development files)
libeqlite compiles EQL, Elastic's Event Query Language, and rules written in
it, and matches them against events written as JSON.
.
This package has the header, the static library, and what pkg-config and CMake
need to find them.")

set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_NAME eqlite-doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_SECTION doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DOCUMENTATION_DESCRIPTION "Event Query Language over events (documentation)
eqlite finds single events, ordered sequences and groups in events written as
JSON, and turns matches of detection rules into alert documents.
.
This package has the tutorial, the pages on language, rules, diagnostics and
library, and an example program.")

# For packages that link with the library: which version brought which symbol, from the ledger of the ABI.
set(ledger ${PROJECT_SOURCE_DIR}/src/api/eqlite.abi)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ledger})
file(STRINGS ${ledger} rows REGEX "^function ")
list(TRANSFORM rows REPLACE "^function ([a-z0-9_]+) ([0-9.]+)$" " \\1@EQLITE_0 \\2")
list(JOIN rows "\n" rows)
set(control ${PROJECT_BINARY_DIR}/debian)
file(CONFIGURE OUTPUT ${control}/symbols @ONLY
     CONTENT "@soname@ @library@ #MINVER#\n* Build-Depends-Package: libeqlite-dev\n EQLITE_0@EQLITE_0 0.1.0\n@rows@\n")
file(CONFIGURE OUTPUT ${control}/shlibs @ONLY
     CONTENT "libeqlite @PROJECT_VERSION_MAJOR@ @library@ (>= @PROJECT_VERSION@)\n")
file(CONFIGURE OUTPUT ${control}/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${control}/symbols ${control}/shlibs ${control}/triggers)

# All that is installed, without the tests.
add_custom_target(installed)
foreach(target eqlite eqlite_static eqlite_program eqlite_printed)
  if(TARGET ${target})
    add_dependencies(installed ${target})
  endif()
endforeach()

include(CPack)
