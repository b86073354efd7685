# library.cmake: library attention as others use it: static and shared, headers, CMake package and pkg-config file.
# Components: attention (the shared library a program needs to run) and attention-dev (everything to build with it).
file(STRINGS src/attention/attention.h attention_version REGEX "^#define ATTENTION_VERSION ")
string(REGEX REPLACE ".*\"([0-9]+)\\.([0-9]+)\\.([0-9]+)\".*" "\\1.\\2.\\3" attention_version "${attention_version}")
string(REGEX REPLACE "\\.[0-9]+$" "" attention_interface "${attention_version}")

find_package(Threads REQUIRED)
add_library(attention STATIC $<TARGET_OBJECTS:attention_objects>)
add_library(attention_shared SHARED $<TARGET_OBJECTS:attention_objects>)
add_library(attention::static ALIAS attention)
add_library(attention::shared ALIAS attention_shared)
add_library(attention::attention ALIAS attention)
# Before version 1, any second number may change the interface: the soname names both.
set_target_properties(attention_shared PROPERTIES OUTPUT_NAME attention
                      VERSION ${attention_version} SOVERSION ${attention_interface} EXPORT_NAME shared)
set_target_properties(attention PROPERTIES EXPORT_NAME static)
foreach(library attention attention_shared)
    target_include_directories(${library} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${library} PRIVATE $<BUILD_INTERFACE:headway_flags> Threads::Threads)
    set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C)
endforeach()

set(attention_package ${CMAKE_INSTALL_LIBDIR}/cmake/attention)
install(TARGETS attention EXPORT attention_static ARCHIVE COMPONENT attention-dev)
install(TARGETS attention_shared EXPORT attention_shared
        LIBRARY COMPONENT attention NAMELINK_COMPONENT attention-dev
        RUNTIME COMPONENT attention ARCHIVE COMPONENT attention-dev)
foreach(kind static shared)
    install(EXPORT attention_${kind} NAMESPACE attention:: FILE attention-${kind}.cmake
            DESTINATION ${attention_package} COMPONENT attention-dev)
endforeach()
install(FILES src/attention/attention.h src/attention/attention_explain.h src/attention/attention_compare.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/attention COMPONENT attention-dev)

include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/attentionConfig.cmake.in ${PROJECT_BINARY_DIR}/attentionConfig.cmake
                              INSTALL_DESTINATION ${attention_package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/attentionConfigVersion.cmake
                                 VERSION ${attention_version} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/attentionConfig.cmake ${PROJECT_BINARY_DIR}/attentionConfigVersion.cmake
        DESTINATION ${attention_package} COMPONENT attention-dev)

# The prefix is found from where the .pc file stands, so that the tree may be installed and moved anywhere; only with
# folders outside the prefix is it written down.
set(attention_pc_prefix ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    file(RELATIVE_PATH attention_pc_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(REGEX REPLACE "/$" "" attention_pc_prefix "\${pcfiledir}/${attention_pc_prefix}")
endif()
foreach(folder LIBDIR INCLUDEDIR)
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_${folder} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE attention_pc_${folder})
endforeach()
configure_file(cmake/attention.pc.in ${PROJECT_BINARY_DIR}/attention.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/attention.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT attention-dev)
