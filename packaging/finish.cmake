# finish.cmake — run by cpack when all files lie in place and before they are packed.

file(STRINGS ${CPACK_EQLITE_SOURCE_DIR}/CHANGELOG.md released REGEX "^## \\[[0-9.]+\\] - ")
list(GET released 0 released)
string(REGEX REPLACE ".* - " "" day "${released}")
execute_process(COMMAND date -u -d ${day} -R OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)

set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(share ${root}/${component}/usr/share)
  set(doc ${share}/doc/${package})
  file(MAKE_DIRECTORY ${doc})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright ${doc}/copyright COPYONLY)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${doc}/changelog.Debian @ONLY)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/overrides.in ${share}/lintian/overrides/${package} @ONLY)
  if(component STREQUAL library)
    file(READ ${CMAKE_CURRENT_LIST_DIR}/overrides.shared overrides)
    string(CONFIGURE "${overrides}" overrides @ONLY)
    file(APPEND ${share}/lintian/overrides/${package} "${overrides}")
  endif()
  configure_file(${CPACK_EQLITE_SOURCE_DIR}/CHANGELOG.md ${doc}/changelog COPYONLY)
  file(GLOB_RECURSE pages ${share}/man/*.[1-9])
  execute_process(COMMAND gzip -9nf ${doc}/changelog.Debian ${doc}/changelog ${pages} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# A rule whose query is under Elastic's licence, and the page that tells of it, are for those who take the source.
file(REMOVE ${root}/program/usr/share/eqlite/rules/README.md)
file(GLOB_RECURSE rules ${root}/program/usr/share/eqlite/rules/*.toml)
foreach(rule IN LISTS rules)
  file(STRINGS ${rule} licence REGEX "^license = \"Elastic License")
  if(licence)
    file(REMOVE ${rule})
  endif()
endforeach()

# cpack strips programs and shared libraries; here goes what is left.
file(GLOB_RECURSE libraries ${root}/library/usr/lib/*.so.*)
file(GLOB_RECURSE archives ${root}/development/usr/lib/*.a)
execute_process(COMMAND chmod 644 ${libraries} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND strip --strip-unneeded -D -R .comment ${libraries} ${archives} ${root}/program/usr/bin/eqlite
                COMMAND_ERROR_IS_FATAL ANY)

# The same bytes from the same sources: files, and what cpack makes of them, are as old as the release.
execute_process(COMMAND date -u -d ${day} +%s OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
set(ENV{SOURCE_DATE_EPOCH} ${seconds})
execute_process(COMMAND find ${root} -exec touch -h -d @${seconds} {} + COMMAND_ERROR_IS_FATAL ANY)
