#include "backends/common/tensor_descriptor.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/log.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr size_t kShownNameBytes = 256;

bool IsKnownDataType(onnxEnum type) {
  return (type >= ONNXIFI_DATATYPE_FLOAT32 && type <= ONNXIFI_DATATYPE_INT64) ||
         (type >= 9 && type <= ONNXIFI_DATATYPE_BFLOAT16);  // 9 is BOOL
}

bool HasDevice(const MemoryTable* memories) {
  return memories != nullptr && memories->device() != nullptr;
}

Status CheckMemory(const onnxTensorDescriptorV1& d, const std::string& what,
                   const MemoryTable* memories) {
  switch (d.memoryType) {
    case ONNXIFI_MEMORY_TYPE_CPU:
      return Status::Ok();
    case ONNXIFI_MEMORY_TYPE_DEVICE:
      if (HasDevice(memories)) return Status::Ok();
      [[fallthrough]];
    case ONNXIFI_MEMORY_TYPE_CUDA_BUFFER:
    case ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER:
    case ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D:
    case ONNXIFI_MEMORY_TYPE_D3D_RESOURCE:
      if (memories != nullptr && memories->IsNative(d.memoryType)) {
        return Status::Ok();
      }
      return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                    StrCat(what, ": memory type ", d.memoryType,
                           " is not supported here; use CPU memory"));
    default:
      return Status(ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
                    StrCat(what, ": memory type ", d.memoryType,
                           " is not one ONNXIFI_MEMORY_TYPE_ value"));
  }
}

}  // namespace

std::string DescribeTensor(const char* role, const char* name) {
  if (name == nullptr) return StrCat(role, " without name");
  return StrCat(role, " '",
                std::string_view(name, strnlen(name, kShownNameBytes)), "'");
}

Status CheckTags(Descriptors descriptors, const char* role) {
  for (size_t i = 0; i < descriptors.size(); ++i) {
    if (descriptors[i].tag == ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1) continue;
    return Status(ONNXIFI_STATUS_UNSUPPORTED_TAG,
                  StrCat(role, " descriptor ", i,
                         ": the tag is not "
                         "ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1",
                         i > 0 ? "; was the client built with the headers of "
                                 "the foxi fork?"
                               : ""));
  }
  return Status::Ok();
}

Status CheckValues(const onnxTensorDescriptorV1& d, const char* role,
                   bool zero_dims_allowed, const MemoryTable* memories) {
  const std::string what = DescribeTensor(role, d.name);
  if (!IsKnownDataType(d.dataType)) {
    return Status(ONNXIFI_STATUS_INVALID_DATATYPE,
                  StrCat(what, ": data type ", d.dataType,
                         " is not one that a descriptor can have"));
  }
  ONNXIFI_RETURN_IF_ERROR(CheckMemory(d, what, memories));
  if (d.dimensions > graph::kMaxRank) {
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat(what, ": rank ", d.dimensions, " is above ", graph::kMaxRank));
  }
  if (d.dimensions > 0 && d.shape == nullptr) {
    return Status(
        ONNXIFI_STATUS_INVALID_SHAPE,
        StrCat(what, ": shape is NULL although the rank is ", d.dimensions));
  }
  bool empty = false;
  for (uint32_t i = 0; i < d.dimensions; ++i) {
    empty = empty || d.shape[i] == 0;
    if (d.shape[i] >
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                    StrCat(what, ": dimension ", i, " is too large"));
    }
  }
  if (empty && !zero_dims_allowed) {
    return Status(ONNXIFI_STATUS_INVALID_SHAPE,
                  StrCat(what,
                         ": a dimension is 0; initialise the backend with "
                         "ONNXIFI_BACKEND_PROPERTY_TOLERANT to allow it"));
  }
  const auto type = static_cast<graph::DataType>(d.dataType);
  const Result<size_t> bytes = graph::ByteSize(type, ShapeOf(d));
  const bool is_address = d.memoryType == ONNXIFI_MEMORY_TYPE_CPU ||
                          d.memoryType == ONNXIFI_MEMORY_TYPE_DEVICE;
  if (!bytes.ok() ||
      (is_address &&
       *bytes > std::numeric_limits<uint64_t>::max() - d.buffer)) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                  StrCat(what, ": the shape ", ShapeText(ShapeOf(d)),
                         " does not fit into memory"));
  }
  if (d.buffer == 0 && !empty) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  StrCat(what, ": the buffer address is 0"));
  }
  if (d.memoryType == ONNXIFI_MEMORY_TYPE_DEVICE && !empty &&
      memories->Locate(d.buffer, *bytes) == MemoryTable::Where::kNowhere) {
    return Status(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                  StrCat(what, ": its ", *bytes,
                         " bytes are not inside of one live memory of the "
                         "backend"));
  }
  return Status::Ok();
}

graph::Shape ShapeOf(const onnxTensorDescriptorV1& d) {
  graph::Shape shape(d.dimensions);
  for (uint32_t i = 0; i < d.dimensions; ++i) {
    shape[i] = static_cast<int64_t>(d.shape[i]);
  }
  return shape;
}

Result<std::vector<graph::NamedTensor>> ReadWeights(Descriptors descriptors) {
  ONNXIFI_RETURN_IF_ERROR(CheckTags(descriptors, "weight"));
  std::unordered_set<std::string_view> names;
  for (const onnxTensorDescriptorV1& d : descriptors) {
    if (d.name == nullptr || !names.insert(d.name).second) {
      return Status(ONNXIFI_STATUS_INVALID_NAME,
                    DescribeTensor("weight", d.name) +
                        (d.name == nullptr ? "" : " is given twice"));
    }
  }
  std::vector<graph::NamedTensor> weights;
  weights.reserve(descriptors.size());
  for (const onnxTensorDescriptorV1& d : descriptors) {
    ONNXIFI_RETURN_IF_ERROR(CheckValues(d, "weight", false, nullptr));
    auto tensor = std::make_shared<graph::TensorData>();
    tensor->type = static_cast<graph::DataType>(d.dataType);
    tensor->dims = ShapeOf(d);
    ONNXIFI_ASSIGN_OR_RETURN(tensor->bytes,
                             graph::ByteSize(tensor->type, tensor->dims));
    tensor->data = reinterpret_cast<const void*>(d.buffer);
    weights.push_back({d.name, std::move(tensor)});
  }
  return weights;
}

}  // namespace onnxifi::abi
