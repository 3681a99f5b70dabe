#include <cstring>
#include <utility>

#include "base/str_cat.h"
#include "graph/limits.h"
#include "graph/tensor_fields.h"
#include "graph/text.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {
namespace {

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// Writes `values` at the places that `indices` names: linear ones (rank 1) or
// coordinates (rank 2), strictly ascending.
Status Scatter(const TensorData& values, const TensorData& indices,
               const Shape& dims, size_t width, std::byte* dense) {
  const auto count = static_cast<size_t>(values.dims[0]);
  const size_t rank = indices.dims.size() == 2 ? dims.size() : 1;
  const bool fits = indices.type == DataType::kInt64 &&
                    (indices.dims.size() == 1 || indices.dims.size() == 2) &&
                    static_cast<size_t>(indices.dims[0]) == count &&
                    (indices.dims.size() == 1 ||
                     static_cast<size_t>(indices.dims[1]) == rank);
  if (!fits) return Invalid("its indices do not fit its values and shape");
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t total, ElementCount(dims));
  int64_t previous = -1;
  const auto* from = static_cast<const std::byte*>(values.data);
  const auto* index = static_cast<const std::byte*>(indices.data);
  for (size_t i = 0; i < count; ++i) {
    int64_t place = 0;
    for (size_t j = 0; j < rank; ++j, index += sizeof(int64_t)) {
      int64_t part = 0;
      std::memcpy(&part, index, sizeof(part));
      const int64_t limit = indices.dims.size() == 1 ? total : dims[j];
      if (part < 0 || part >= limit) {
        return Invalid(StrCat("index ", i, " is outside its shape"));
      }
      place = indices.dims.size() == 1 ? part : place * dims[j] + part;
    }
    if (place <= previous) {
      return Invalid(StrCat("index ", i, " is not in ascending order"));
    }
    previous = place;
    std::memcpy(dense + static_cast<size_t>(place) * width, from + i * width,
                width);
  }
  return Status::Ok();
}

// The parts of a SparseTensorProto.
struct SparseParts {
  Numbers dims;
  WireTensor values, indices;
};

Status ReadParts(Bytes message, const TensorSource& source,
                 SparseParts* parts) {
  WireReader reader(message);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number == 3) {
      ONNXIFI_RETURN_IF_ERROR(
          AddNumbers(field, WireType::kVarint, &parts->dims));
    } else if (field.number == 1 || field.number == 2) {
      if (field.type != WireType::kBytes) {
        return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                      "a sparse tensor's part is not a message");
      }
      ONNXIFI_ASSIGN_OR_RETURN(
          (field.number == 1 ? parts->values : parts->indices),
          ReadWireTensor(field.bytes, source));
    }
  }
  return Status::Ok();
}

Result<TensorPtr> MakeDense(const SparseParts& parts) {
  const TensorPtr& values = parts.values.data;
  if (values == nullptr || values->dims.size() != 1) {
    return Invalid("its values are not a tensor of rank 1");
  }
  if (parts.indices.data == nullptr) return Invalid("it has no indices");
  ONNXIFI_ASSIGN_OR_RETURN(const Shape dims, ReadDims(parts.dims));
  const int bits = ElementBits(values->type);
  if (bits == 0 || bits % 8 != 0) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat("sparse tensors of ", DataTypeName(values->type),
                         " are not supported"));
  }
  const Result<size_t> bytes = ByteSize(values->type, dims);
  if (!bytes.ok()) return Invalid(bytes.status().message());
  if (*bytes > kMaxDenseFromSparseBytes) {
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat("dense it takes ", *bytes, " bytes, above the limit of ",
               kMaxDenseFromSparseBytes));
  }
  ONNXIFI_ASSIGN_OR_RETURN(NewTensor dense, MakeTensor(values->type, dims));
  ONNXIFI_RETURN_IF_ERROR(Scatter(*values, *parts.indices.data, dims,
                                  static_cast<size_t>(bits / 8),
                                  static_cast<std::byte*>(dense.data)));
  return dense.tensor;
}

}  // namespace

Result<WireTensor> ReadWireSparseTensor(Bytes message,
                                        const TensorSource& source) {
  SparseParts parts;
  ONNXIFI_RETURN_IF_ERROR(ReadParts(message, source, &parts));
  Result<TensorPtr> dense = MakeDense(parts);
  if (!dense.ok()) {
    return dense.status().WithContext(
        StrCat("sparse tensor ", Quoted(parts.values.name)));
  }
  return WireTensor{std::move(parts.values.name), *std::move(dense)};
}

}  // namespace onnxifi::graph
