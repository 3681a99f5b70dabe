#include "backends/common/control/tensor_list.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::Shape;
using graph::TensorData;
using graph::TensorPtr;

namespace {

// Shapes of tensors have passed graph::ElementCount, so it fits.
int64_t Product(std::span<const int64_t> dims) {
  int64_t product = 1;
  for (const int64_t dim : dims) product *= dim;
  return product;
}

// The tensors as rows that are laid side by side: `outer` times one row of
// each.
struct Rows {
  int64_t outer = 1;
  int64_t width = 0;          // elements of all rows together
  std::vector<int64_t> each;  // elements of one row of each tensor
};

Result<TensorPtr> JoinRows(std::span<const TensorPtr> tensors, const Rows& rows,
                           Shape dims) {
  const graph::DataType type = tensors[0]->type;
  const int bits = graph::ElementBits(type);
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(type, std::move(dims)));
  int64_t at = 0;
  for (size_t t = 0; t < tensors.size(); ++t) {
    for (int64_t o = 0; o < rows.outer; ++o) {
      CopyElements(tensors[t]->data, o * rows.each[t], made.data,
                   o * rows.width + at, rows.each[t], bits);
    }
    at += rows.each[t];
  }
  return std::move(made.tensor);
}

Status Different(const TensorData& a, const TensorData& b) {
  if (a.type != b.type) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat("tensors of ", graph::DataTypeName(a.type), " and ",
               graph::DataTypeName(b.type), " cannot be put together"));
  }
  return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                StrCat("tensors of shape ", ShapeText(a.dims), " and ",
                       ShapeText(b.dims), " cannot be put together"));
}

}  // namespace

void CopyElements(const void* in, int64_t from, void* out, int64_t to,
                  int64_t count, int bits) {
  if (count <= 0) return;
  const auto* source = static_cast<const unsigned char*>(in);
  auto* target = static_cast<unsigned char*>(out);
  const int64_t first_bit = from * bits;
  const int64_t to_bit = to * bits;
  if (first_bit % 8 == 0 && to_bit % 8 == 0) {
    const int64_t whole = count * bits / 8;
    std::memcpy(target + to_bit / 8, source + first_bit / 8,
                static_cast<size_t>(whole));
    const int64_t done = whole * 8 / bits;
    from += done;
    to += done;
    count -= done;
  }
  // Elements that share a byte with others.
  const unsigned mask = (1U << (bits % 8)) - 1;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t a = (from + i) * bits;
    const int64_t b = (to + i) * bits;
    const unsigned value = (source[a / 8] >> (a % 8)) & mask;
    const auto shift = static_cast<unsigned>(b % 8);
    target[b / 8] = static_cast<unsigned char>(
        (target[b / 8] & ~(mask << shift)) | (value << shift));
  }
}

TensorPtr WithDims(const TensorPtr& tensor, Shape dims) {
  if (tensor->dims == dims) return tensor;
  auto view = std::make_shared<TensorData>(*tensor);
  view->dims = std::move(dims);
  return view;
}

Result<TensorPtr> CutTensor(const TensorPtr& tensor, size_t axis, int64_t begin,
                            int64_t size) {
  const std::span<const int64_t> all(tensor->dims);
  const int64_t outer = Product(all.first(axis));
  const int64_t inner = Product(all.subspan(axis + 1));
  const int64_t dim = all[axis];
  const int bits = graph::ElementBits(tensor->type);
  Shape dims = tensor->dims;
  dims[axis] = size;
  if (outer == 1 && begin * inner * bits % 8 == 0) {
    auto view = std::make_shared<TensorData>(*tensor);
    view->dims = std::move(dims);
    view->data =
        static_cast<const char*>(tensor->data) + begin * inner * bits / 8;
    view->bytes = static_cast<size_t>(CeilDiv<int64_t>(size * inner * bits, 8));
    return TensorPtr(std::move(view));
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(tensor->type, std::move(dims)));
  for (int64_t o = 0; o < outer; ++o) {
    CopyElements(tensor->data, (o * dim + begin) * inner, made.data,
                 o * size * inner, size * inner, bits);
  }
  return std::move(made.tensor);
}

Result<TensorPtr> TakeEntry(const TensorPtr& tensor, size_t axis,
                            int64_t index) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorPtr cut,
                           CutTensor(tensor, axis, index, 1));
  Shape dims = cut->dims;
  dims.erase(dims.begin() + static_cast<int64_t>(axis));
  return WithDims(cut, std::move(dims));
}

Result<TensorPtr> ConcatTensors(std::span<const TensorPtr> tensors,
                                size_t axis) {
  const TensorData& first = *tensors[0];
  Shape dims = first.dims;
  if (axis >= dims.size()) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_SHAPE,
        StrCat("a tensor of rank ", dims.size(), " has no axis ", axis));
  }
  Rows rows;
  rows.outer = Product(std::span<const int64_t>(dims).first(axis));
  int64_t total = 0;
  for (const TensorPtr& tensor : tensors) {
    dims = tensor->dims;
    if (tensor->type != first.type || dims.size() != first.dims.size()) {
      return Different(first, *tensor);
    }
    rows.each.push_back(Product(std::span<const int64_t>(dims).subspan(axis)));
    rows.width += rows.each.back();
    if (!CheckedAdd(total, dims[axis], &total))
      return Different(first, *tensor);
    dims[axis] = first.dims[axis];
    if (dims != first.dims) return Different(first, *tensor);
  }
  dims[axis] = total;
  return JoinRows(tensors, rows, std::move(dims));
}

Result<TensorPtr> StackTensors(std::span<const TensorPtr> tensors,
                               size_t axis) {
  const TensorData& first = *tensors[0];
  Rows rows;
  rows.outer = Product(std::span<const int64_t>(first.dims).first(axis));
  const int64_t each =
      Product(std::span<const int64_t>(first.dims).subspan(axis));
  for (const TensorPtr& tensor : tensors) {
    if (tensor->type != first.type || tensor->dims != first.dims) {
      return Different(first, *tensor);
    }
    rows.each.push_back(each);
    rows.width += each;
  }
  Shape dims = first.dims;
  dims.insert(dims.begin() + static_cast<int64_t>(axis),
              static_cast<int64_t>(tensors.size()));
  return JoinRows(tensors, rows, std::move(dims));
}

}  // namespace onnxifi
