# The entry points of a plugin over Backend (backend.h). A plugin links
# onnxifi_backend_glue and includes abi_main.h once.
onnxifi_library(onnxifi_backend_glue
  SRCS
    abi_arguments.cc
    abi_backend.cc
    abi_event.cc
    abi_extension.cc
    abi_graph.cc
    abi_guard.cc
    abi_interface.cc
    abi_interface_export.cc
    abi_interface_memory.cc
    abi_interface_run.cc
    abi_models.cc
    backend_info.cc
    binding.cc
    deadline_timer.cc
    event.cc
    executor.cc
    exported_graph.cc
    graph_io.cc
    graph_object.cc
    graph_options.cc
    graph_query.cc
    graph_values.cc
    host_callbacks.cc
    last_error.cc
    library.cc
    memory_copy.cc
    memory_table.cc
    model_loader.cc
    node_owners.cc
    properties.cc
    run_queue.cc
    shape_profiles.cc
    staged_executable.cc
    tensor_descriptor.cc
    value_descriptor.cc
    value_run.cc
    value_view.cc
  DEPS onnxifi_backend_common onnxifi_graph onnxifi_base)

onnxifi_precompile(onnxifi_backend_glue
  <algorithm> <memory> <string> <unordered_map> <vector>
  <backends/common/backend.h>
  <base/str_cat.h>)

# In-test plugin: a backend whose behaviour tests control, behind all entry
# points; the tests call those directly.
if(ONNXIFI_BUILD_TESTS)
  onnxifi_library(onnxifi_fake_plugin
    SRCS testing/abi_fixture.cc testing/alloc_failure.cc
         testing/fake_backend.cc testing/fake_plugin.cc
         testing/fake_values.cc testing/runs_fixture.cc
         testing/values_fixture.cc
    DEPS onnxifi_backend_glue GTest::gtest)
endif()

onnxifi_test(glue_test
  SRCS abi_backend_test.cc abi_event_test.cc abi_export_test.cc
       abi_extension_test.cc abi_graph_options_test.cc
       abi_graph_test.cc abi_id_test.cc abi_info_test.cc abi_io_test.cc
       abi_interface_test.cc abi_memory_test.cc abi_copy_test.cc
       abi_run_test.cc abi_values_test.cc
       abi_bad_values_test.cc abi_query_graph_test.cc abi_value_runs_test.cc
       abi_start_run_test.cc abi_stop_test.cc abi_run_stress_test.cc
       abi_context_test.cc abi_error_test.cc abi_profile_test.cc
       abi_whole_test.cc
  DEPS onnxifi_fake_plugin)
onnxifi_precompile(glue_test <gtest/gtest.h>
  <backends/common/testing/abi_fixture.h>)
onnxifi_test(glue_first_call_test
  SRCS abi_first_call_test.cc
  DEPS onnxifi_fake_plugin)
onnxifi_test(glue_threads_first_test
  SRCS abi_threads_first_test.cc
  DEPS onnxifi_fake_plugin)
onnxifi_test(glue_no_thread_test
  SRCS abi_no_thread_test.cc
  DEPS onnxifi_fake_plugin)
onnxifi_test(glue_no_device_test
  SRCS abi_no_device_test.cc
  DEPS onnxifi_backend_glue)
