# The entry points of a plugin over Backend (backend.h). A plugin links
# onnxifi_backend_glue and includes abi_main.h once.
onnxifi_library(onnxifi_backend_glue
  SRCS
    abi_backend.cc
    abi_event.cc
    abi_extension.cc
    abi_graph.cc
    abi_guard.cc
    backend_info.cc
    binding.cc
    event.cc
    executor.cc
    graph_io.cc
    graph_object.cc
    last_error.cc
    library.cc
    model_loader.cc
    properties.cc
    run_queue.cc
    tensor_descriptor.cc
  DEPS onnxifi_backend_common onnxifi_graph onnxifi_base)
