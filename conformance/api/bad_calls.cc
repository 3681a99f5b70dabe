#include "conformance/api/bad_calls.h"

namespace onnxifi::conformance {
namespace {

using C = IoCall;

// Storage that must live as long as the descriptors that point into it.
constexpr uint64_t kZeroFirst[] = {0, 3};
constexpr uint64_t kZeroLast[] = {2, 0};
constexpr uint64_t kTurned[] = {3, 2};
constexpr uint64_t kOneMore[] = {2, 4};
constexpr uint64_t kBatchMore[] = {3, 3};
constexpr uint64_t kFlat[] = {6};
constexpr uint64_t kFront[] = {1, 2, 3};
constexpr uint64_t kBack[] = {2, 3, 1};
constexpr uint64_t kHuge[] = {uint64_t{1} << 62, 3};
constexpr uint64_t kLargest[] = {~uint64_t{0}, ~uint64_t{0}};
constexpr uint64_t kTen[] = {2, 3, 1, 1, 1, 1, 1, 1, 1, 1};

void SetShape(onnxTensorDescriptorV1& tensor, std::span<const uint64_t> shape) {
  tensor.shape = shape.data();
  tensor.dimensions = static_cast<uint32_t>(shape.size());
}

// Another tag: then nothing else of the structure may be read.
void Untag(onnxTensorDescriptorV1& tensor, int32_t tag) {
  tensor.tag = tag;
  tensor.name = static_cast<const char*>(Unreadable());
  tensor.shape = static_cast<const uint64_t*>(Unreadable());
}

void AddInput(C& call, const char* name) {
  call.inputs.push_back(call.inputs[0]);
  call.inputs.back().name = name;
}
void AddOutput(C& call, const char* name) {
  call.outputs.push_back(call.outputs[0]);
  call.outputs.back().name = name;
}

constexpr onnxStatus kPointer = ONNXIFI_STATUS_INVALID_POINTER;
constexpr onnxStatus kMissing = ONNXIFI_STATUS_UNIDENTIFIED_NAME;
constexpr onnxStatus kName = ONNXIFI_STATUS_INVALID_NAME;
constexpr onnxStatus kShape = ONNXIFI_STATUS_INVALID_SHAPE;
constexpr onnxStatus kType = ONNXIFI_STATUS_INVALID_DATATYPE;
constexpr onnxStatus kOtherType = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
constexpr onnxStatus kOtherShape = ONNXIFI_STATUS_MISMATCHING_SHAPE;
constexpr onnxStatus kMemory = ONNXIFI_STATUS_INVALID_MEMORY_TYPE;
constexpr onnxStatus kLocation = ONNXIFI_STATUS_INVALID_MEMORY_LOCATION;
constexpr onnxStatus kTag = ONNXIFI_STATUS_UNSUPPORTED_TAG;
constexpr onnxStatus kTooLarge = ONNXIFI_STATUS_UNSUPPORTED_SHAPE;

constexpr BadCall kCalls[] = {
    // ---- Arrays
    {"outputs_null", kPointer, "R-187", [](C& c) { c.null_outputs = true; }},
    {"outputs_null_and_none", kPointer, "R-188",
     [](C& c) {
       c.null_outputs = true;
       c.outputs_count = 0;
     }},
    {"inputs_null", kPointer, "R-189", [](C& c) { c.null_inputs = true; }},
    {"no_outputs", kMissing, "R-191", [](C& c) { c.outputs_count = 0; }},
    {"no_inputs", kMissing, "R-192", [](C& c) { c.inputs_count = 0; }},
    {"no_inputs_and_null", kMissing, "R-190",
     [](C& c) {
       c.inputs_count = 0;
       c.null_inputs = true;
     }},
    // ---- Names
    {"first_input_missing", kMissing, "R-192",
     [](C& c) { c.inputs.erase(c.inputs.begin()); }},
    {"last_input_missing", kMissing, "R-192",
     [](C& c) { c.inputs.pop_back(); }},
    {"first_output_missing", kMissing, "R-192",
     [](C& c) { c.outputs.erase(c.outputs.begin()); }},
    {"last_output_missing", kMissing, "R-192",
     [](C& c) { c.outputs.pop_back(); }},
    {"input_unknown", kName, "R-193", [](C& c) { AddInput(c, "stranger"); }},
    {"output_unknown", kName, "R-193", [](C& c) { AddOutput(c, "stranger"); }},
    {"input_without_name", kName, "R-195", [](C& c) { AddInput(c, nullptr); }},
    {"output_without_name", kName, "R-195",
     [](C& c) { AddOutput(c, nullptr); }},
    {"input_of_empty_name", kName, "R-195", [](C& c) { AddInput(c, ""); }},
    {"output_of_empty_name", kName, "R-195", [](C& c) { AddOutput(c, ""); }},
    {"input_in_other_case", kName, "R-193", [](C& c) { AddInput(c, "X"); }},
    {"input_with_longer_name", kName, "R-193", [](C& c) { AddInput(c, "xx"); }},
    {"input_twice", kName, "R-194", [](C& c) { AddInput(c, "x"); }},
    {"output_twice", kName, "R-194", [](C& c) { AddOutput(c, "y"); }},
    {"output_as_input", kName, "R-195", [](C& c) { AddInput(c, "y"); }},
    {"input_as_output", kName, "R-195", [](C& c) { AddOutput(c, "x"); }},
    {"input_misspelt", kName, "R-193",
     [](C& c) { c.inputs[0].name = "stranger"; }, kMissing},
    {"input_name_null", kName, "R-195",
     [](C& c) { c.inputs[1].name = nullptr; }, kMissing},
    {"output_name_null", kName, "R-195",
     [](C& c) { c.outputs[1].name = nullptr; }, kMissing},
    // ---- Shapes
    {"dimension_zero", kShape, "R-197",
     [](C& c) { c.inputs[0].shape = kZeroFirst; }},
    {"last_dimension_zero", kShape, "R-197",
     [](C& c) { c.inputs[1].shape = kZeroLast; }},
    {"output_dimension_zero", kShape, "R-197",
     [](C& c) { c.outputs[0].shape = kZeroFirst; }},
    {"shape_null", kShape, "R-198", [](C& c) { c.inputs[0].shape = nullptr; }},
    {"output_shape_null", kShape, "R-198",
     [](C& c) { c.outputs[1].shape = nullptr; }},
    {"shape_turned", kOtherShape, "R-206",
     [](C& c) { c.inputs[0].shape = kTurned; }},
    {"dimension_larger", kOtherShape, "R-206",
     [](C& c) { c.inputs[1].shape = kOneMore; }},
    {"batch_larger", kOtherShape, "R-206",
     [](C& c) { c.inputs[0].shape = kBatchMore; }},
    {"output_shape_turned", kOtherShape, "R-206",
     [](C& c) { c.outputs[0].shape = kTurned; }},
    {"output_batch_larger", kOtherShape, "R-206",
     [](C& c) { c.outputs[1].shape = kBatchMore; }},
    {"rank_one", kOtherShape, "R-206",
     [](C& c) { SetShape(c.inputs[0], kFlat); }},
    {"rank_zero", kOtherShape, "R-206",
     [](C& c) { c.inputs[0].dimensions = 0; }},
    {"rank_three", kOtherShape, "R-206",
     [](C& c) { SetShape(c.inputs[0], kFront); }},
    {"rank_three_with_one_behind", kOtherShape, "R-206",
     [](C& c) { SetShape(c.inputs[1], kBack); }},
    {"output_rank_one", kOtherShape, "R-206",
     [](C& c) { SetShape(c.outputs[0], kFlat); }},
    {"rank_ten", kOtherShape, "R-206",
     [](C& c) { SetShape(c.inputs[0], kTen); }, kTooLarge},
    {"shape_huge", kOtherShape, "R-206",
     [](C& c) { c.inputs[0].shape = kHuge; }, kTooLarge},
    {"shape_largest", kOtherShape, "R-206",
     [](C& c) { c.outputs[0].shape = kLargest; }, kTooLarge},
    // ---- Types
    {"type_99", kType, "R-200", [](C& c) { c.inputs[0].dataType = 99; }},
    {"type_undefined", kType, "R-200",
     [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_UNDEFINED; }},
    {"type_string", kType, "R-200",
     [](C& c) { c.inputs[1].dataType = wire::kString; }},
    {"output_type_99", kType, "R-200",
     [](C& c) { c.outputs[0].dataType = 99; }},
    {"output_type_undefined", kType, "R-200",
     [](C& c) { c.outputs[1].dataType = ONNXIFI_DATATYPE_UNDEFINED; }},
    {"type_of_a_vendor", kType, "R-200",
     [](C& c) { c.inputs[0].dataType |= uint64_t{1} << 40; }, kOtherType},
    {"type_int32", kOtherType, "R-201",
     [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_INT32; }},
    {"type_float16", kOtherType, "R-201",
     [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_FLOAT16; }},
    {"type_float64", kOtherType, "R-201",
     [](C& c) { c.inputs[1].dataType = ONNXIFI_DATATYPE_FLOAT64; }},
    {"type_bool", kOtherType, "R-201",
     [](C& c) { c.inputs[1].dataType = wire::kBool; }},
    {"type_complex128", kOtherType, "R-201",
     [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_COMPLEX128; }},
    {"type_bfloat16", kOtherType, "R-201",
     [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_BFLOAT16; }},
    {"output_type_int32", kOtherType, "R-201",
     [](C& c) { c.outputs[0].dataType = ONNXIFI_DATATYPE_INT32; }},
    {"output_type_uint64", kOtherType, "R-201",
     [](C& c) { c.outputs[1].dataType = ONNXIFI_DATATYPE_UINT64; }},
    // ---- Memory
    {"memory_type_32", kMemory, "R-202",
     [](C& c) { c.inputs[0].memoryType = 32; }},
    {"memory_type_of_two_bits", kMemory, "R-202",
     [](C& c) { c.inputs[0].memoryType = 3; }},
    {"output_memory_type_32", kMemory, "R-202",
     [](C& c) { c.outputs[0].memoryType = 32; }},
    {"output_memory_type_of_all_bits", kMemory, "R-202",
     [](C& c) { c.outputs[0].memoryType = 15; }},
    {"memory_type_of_a_vendor", kMemory, "R-202",
     [](C& c) { c.inputs[0].memoryType = uint64_t{1} << 40; },
     ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE},
    {"buffer_null", kLocation, "R-204", [](C& c) { c.inputs[0].buffer = 0; }},
    {"second_buffer_null", kLocation, "R-204",
     [](C& c) { c.inputs[1].buffer = 0; }},
    {"output_buffer_null", kLocation, "R-204",
     [](C& c) { c.outputs[0].buffer = 0; }},
    // ---- Tags
    {"tag_zero", kTag, "R-205", [](C& c) { Untag(c.inputs[0], 0); }},
    {"tag_of_a_fence", kTag, "R-205",
     [](C& c) { Untag(c.inputs[1], ONNXIFI_TAG_MEMORY_FENCE_V1); }},
    {"tag_in_other_byte_order", kTag, "R-205",
     [](C& c) { Untag(c.inputs[0], 0x69bfdf43); }},
    {"output_tag_zero", kTag, "R-205", [](C& c) { Untag(c.outputs[0], 0); }},
    {"second_output_tag_wrong", kTag, "R-205",
     [](C& c) { Untag(c.outputs[1], -1); }},
};

}  // namespace

std::span<const BadCall> BadCalls() { return kCalls; }

}  // namespace onnxifi::conformance
