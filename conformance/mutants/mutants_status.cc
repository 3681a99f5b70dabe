// Mutants that report another status than they should, and do everything else
// right.
#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

enum class Function {
#define ONNXIFI_FUNCTION(name, since, kind) k_##name,
#include "abi/onnxifi_functions.inc"
};

// One function reports `to` where it should report `from`.
class StatusMutant final : public Mutant {
 public:
  StatusMutant(const BasePlugin& base, Function function, onnxStatus from,
               onnxStatus to)
      : Mutant(base), function_(function), from_(from), to_(to) {}

#define ONNXIFI_MUTANT_PASS(name, parameters, arguments) \
  onnxStatus name parameters override {                  \
    const onnxStatus status = base_.name arguments;      \
    const bool hit = function_ == Function::k_##name;    \
    return hit && status == from_ ? to_ : status;        \
  }
#include "conformance/mutants/functions.inc"
#undef ONNXIFI_MUTANT_PASS

 private:
  const Function function_;
  const onnxStatus from_;
  const onnxStatus to_;
};

struct Row {
  const char* name;
  Function function;
  onnxStatus from;
  onnxStatus to;
  const char* what;
};

#define ROW(name, function, from, to, what)                                   \
  {                                                                           \
    name, Function::k_##function, ONNXIFI_STATUS_##from, ONNXIFI_STATUS_##to, \
        #function " reports " #to " for " what                                \
  }

constexpr Row kRows[] = {
    ROW("ids_null_count_accepted", onnxGetBackendIDs, INVALID_POINTER, SUCCESS,
        "a NULL count"),
    ROW("ids_null_count_other_code", onnxGetBackendIDs, INVALID_POINTER,
        INTERNAL_ERROR, "a NULL count"),
    ROW("ids_small_array_succeeds", onnxGetBackendIDs, FALLBACK, SUCCESS,
        "an array that is too small"),
    ROW("ids_small_array_other_code", onnxGetBackendIDs, FALLBACK, INVALID_SIZE,
        "an array that is too small"),
    ROW("release_id_stale_accepted", onnxReleaseBackendID, INVALID_ID, SUCCESS,
        "an ID that is not live"),
    ROW("release_id_wrong_code", onnxReleaseBackendID, INVALID_ID,
        INVALID_BACKEND, "an ID that is not live"),
    ROW("release_id_fails", onnxReleaseBackendID, SUCCESS, INTERNAL_ERROR,
        "a live ID"),
    ROW("info_stale_id_accepted", onnxGetBackendInfo, INVALID_ID, SUCCESS,
        "an ID that is not live"),
    ROW("info_stale_id_other_code", onnxGetBackendInfo, INVALID_ID,
        INVALID_POINTER, "an ID that is not live"),
    ROW("info_null_size_accepted", onnxGetBackendInfo, INVALID_POINTER, SUCCESS,
        "a NULL size"),
    ROW("info_small_buffer_succeeds", onnxGetBackendInfo, FALLBACK, SUCCESS,
        "a buffer that is too small"),
    ROW("info_unknown_selector_accepted", onnxGetBackendInfo,
        UNSUPPORTED_ATTRIBUTE, SUCCESS, "an unknown selector"),
    ROW("info_unknown_selector_other_code", onnxGetBackendInfo,
        UNSUPPORTED_ATTRIBUTE, INVALID_PROPERTY, "an unknown selector"),
    ROW("compat_stale_id_accepted", onnxGetBackendCompatibility, INVALID_ID,
        SUCCESS, "an ID that is not live"),
    ROW("compat_null_model_accepted", onnxGetBackendCompatibility,
        INVALID_POINTER, SUCCESS, "a NULL model"),
    ROW("compat_empty_model_accepted", onnxGetBackendCompatibility,
        INVALID_SIZE, SUCCESS, "a model of no bytes"),
    ROW("compat_junk_accepted", onnxGetBackendCompatibility, INVALID_PROTOBUF,
        SUCCESS, "bytes that are no protobuf"),
    ROW("compat_junk_other_code", onnxGetBackendCompatibility, INVALID_PROTOBUF,
        UNSUPPORTED_OPERATOR, "bytes that are no protobuf"),
    ROW("compat_bad_model_accepted", onnxGetBackendCompatibility, INVALID_MODEL,
        SUCCESS, "a model that is valid nowhere"),
    ROW("compat_claims_every_operator", onnxGetBackendCompatibility,
        UNSUPPORTED_OPERATOR, SUCCESS, "an operator that it does not run"),
    ROW("compat_claims_every_version", onnxGetBackendCompatibility,
        UNSUPPORTED_VERSION, SUCCESS, "a version that it does not know"),
    ROW("compat_claims_every_type", onnxGetBackendCompatibility,
        UNSUPPORTED_DATATYPE, SUCCESS, "a type that it does not run"),
    ROW("compat_denies_what_it_runs", onnxGetBackendCompatibility, SUCCESS,
        UNSUPPORTED_OPERATOR, "models that it runs"),
    ROW("init_backend_stale_id_accepted", onnxInitBackend, INVALID_ID, SUCCESS,
        "an ID that is not live"),
    ROW("init_backend_null_accepted", onnxInitBackend, INVALID_POINTER, SUCCESS,
        "a NULL backend"),
    ROW("init_backend_bad_property_accepted", onnxInitBackend, INVALID_PROPERTY,
        SUCCESS, "a value that is none of the property's"),
    ROW("init_backend_unknown_property_accepted", onnxInitBackend,
        UNSUPPORTED_PROPERTY, SUCCESS, "an unknown property"),
    ROW("init_backend_unknown_property_other_code", onnxInitBackend,
        UNSUPPORTED_PROPERTY, INVALID_PROPERTY, "an unknown property"),
    ROW("release_backend_stale_accepted", onnxReleaseBackend, INVALID_BACKEND,
        SUCCESS, "a backend that is not live"),
    ROW("release_backend_wrong_code", onnxReleaseBackend, INVALID_BACKEND,
        INVALID_ID, "a backend that is not live"),
    ROW("init_event_stale_backend_accepted", onnxInitEvent, INVALID_BACKEND,
        SUCCESS, "a backend that is not live"),
    ROW("init_event_null_accepted", onnxInitEvent, INVALID_POINTER, SUCCESS,
        "a NULL event"),
    ROW("signal_twice_accepted", onnxSignalEvent, INVALID_STATE, SUCCESS,
        "an event that is signalled already"),
    ROW("signal_twice_other_code", onnxSignalEvent, INVALID_STATE,
        INVALID_EVENT, "an event that is signalled already"),
    ROW("signal_stale_accepted", onnxSignalEvent, INVALID_EVENT, SUCCESS,
        "an event that is not live"),
    ROW("state_null_accepted", onnxGetEventState, INVALID_POINTER, SUCCESS,
        "a NULL state"),
    ROW("state_stale_accepted", onnxGetEventState, INVALID_EVENT, SUCCESS,
        "an event that is not live"),
    ROW("wait_stale_accepted", onnxWaitEvent, INVALID_EVENT, SUCCESS,
        "an event that is not live"),
    ROW("wait_fails", onnxWaitEvent, SUCCESS, INTERNAL_ERROR,
        "an event that is signalled"),
    ROW("wait_says_fallback", onnxWaitEvent, SUCCESS, FALLBACK,
        "an event that is signalled"),
    ROW("release_event_stale_accepted", onnxReleaseEvent, INVALID_EVENT,
        SUCCESS, "an event that is not live"),
    ROW("release_event_fails", onnxReleaseEvent, SUCCESS, INTERNAL_ERROR,
        "a live event"),
    ROW("init_graph_stale_backend_accepted", onnxInitGraph, INVALID_BACKEND,
        SUCCESS, "a backend that is not live"),
    ROW("init_graph_null_accepted", onnxInitGraph, INVALID_POINTER, SUCCESS,
        "a NULL model or graph"),
    ROW("init_graph_empty_accepted", onnxInitGraph, INVALID_SIZE, SUCCESS,
        "a model of no bytes"),
    ROW("init_graph_junk_accepted", onnxInitGraph, INVALID_PROTOBUF, SUCCESS,
        "bytes that are no protobuf"),
    ROW("init_graph_bad_model_other_code", onnxInitGraph, INVALID_MODEL,
        INVALID_PROTOBUF, "a model that is valid nowhere"),
    ROW("init_graph_unknown_property_accepted", onnxInitGraph,
        UNSUPPORTED_PROPERTY, SUCCESS, "an unknown property"),
    ROW("init_graph_says_fallback_for_errors", onnxInitGraph,
        UNSUPPORTED_OPERATOR, FALLBACK, "an operator that it does not run"),
    ROW("set_io_stale_graph_accepted", onnxSetGraphIO, INVALID_GRAPH, SUCCESS,
        "a graph that is not live"),
    ROW("set_io_null_accepted", onnxSetGraphIO, INVALID_POINTER, SUCCESS,
        "NULL descriptors"),
    ROW("set_io_bad_tag_accepted", onnxSetGraphIO, UNSUPPORTED_TAG, SUCCESS,
        "a descriptor with a wrong tag"),
    ROW("set_io_bad_name_accepted", onnxSetGraphIO, INVALID_NAME, SUCCESS,
        "a descriptor whose name is unknown or there twice"),
    ROW("set_io_missing_input_accepted", onnxSetGraphIO, UNIDENTIFIED_NAME,
        SUCCESS, "an input that is missing"),
    ROW("set_io_bad_type_accepted", onnxSetGraphIO, MISMATCHING_DATATYPE,
        SUCCESS, "another data type than the model's"),
    ROW("set_io_bad_shape_accepted", onnxSetGraphIO, MISMATCHING_SHAPE, SUCCESS,
        "another shape than the model's"),
    ROW("set_io_unknown_type_accepted", onnxSetGraphIO, INVALID_DATATYPE,
        SUCCESS, "an unknown data type"),
    ROW("set_io_unknown_memory_accepted", onnxSetGraphIO, INVALID_MEMORY_TYPE,
        SUCCESS, "an unknown memory type"),
    ROW("set_io_null_buffer_accepted", onnxSetGraphIO, INVALID_MEMORY_LOCATION,
        SUCCESS, "a NULL buffer"),
    ROW("set_io_shape_code_swapped", onnxSetGraphIO, MISMATCHING_SHAPE,
        MISMATCHING_DATATYPE, "another shape than the model's"),
    ROW("run_stale_graph_accepted", onnxRunGraph, INVALID_GRAPH, SUCCESS,
        "a graph that is not live"),
    ROW("run_null_fence_accepted", onnxRunGraph, INVALID_POINTER, SUCCESS,
        "a NULL fence"),
    ROW("run_bad_tag_accepted", onnxRunGraph, UNSUPPORTED_TAG, SUCCESS,
        "a fence with a wrong tag"),
    ROW("run_unbound_accepted", onnxRunGraph, UNIDENTIFIED_NAME, SUCCESS,
        "a graph without inputs and outputs"),
    ROW("run_unknown_fence_accepted", onnxRunGraph, INVALID_FENCE_TYPE, SUCCESS,
        "an unknown type of fence"),
    ROW("run_stale_event_accepted", onnxRunGraph, INVALID_EVENT, SUCCESS,
        "an input event that is not live"),
    ROW("release_graph_stale_accepted", onnxReleaseGraph, INVALID_GRAPH,
        SUCCESS, "a graph that is not live"),
    ROW("release_graph_fails", onnxReleaseGraph, SUCCESS, INTERNAL_ERROR,
        "a live graph"),
    ROW("extension_null_accepted", onnxGetExtensionFunctionAddress,
        INVALID_POINTER, SUCCESS, "a NULL name or function"),
    ROW("extension_unknown_other_code", onnxGetExtensionFunctionAddress,
        UNIDENTIFIED_NAME, INVALID_NAME, "a name that it does not know"),
    ROW("extension_stale_id_accepted", onnxGetExtensionFunctionAddress,
        INVALID_ID, SUCCESS, "an ID that is not live"),
    ROW("bind_run_stale_graph_accepted", onnxSetIOAndRunGraph, INVALID_GRAPH,
        SUCCESS, "a graph that is not live"),
    ROW("bind_run_bad_shape_accepted", onnxSetIOAndRunGraph, MISMATCHING_SHAPE,
        SUCCESS, "another shape than the model's"),
};

#undef ROW

}  // namespace

void AddStatusMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kStatus, row.what, [row](const BasePlugin& base) {
           return std::make_unique<StatusMutant>(base, row.function, row.from,
                                                 row.to);
         }});
  }
}

}  // namespace onnxifi::mutants
