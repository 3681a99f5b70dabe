#include "backends/common/ops/window.h"

#include <algorithm>
#include <string_view>

#include "backends/common/ops/op_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

// No real model is near it, and products of a few such numbers fit int64.
constexpr int64_t kMaxExtent = int64_t{1} << 31;

Status BadAttribute(const NodeView& node, std::string text) {
  return NodeError(node, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, std::move(text));
}

// Copies an attribute list, if present, to the last `rank` entries of `out`.
Status ReadDims(const NodeView& node, const char* name, size_t rank,
                int64_t least, Window::Dims* out) {
  const auto values = node.attrs().Ints(name);
  if (values.empty()) return Status::Ok();
  if (values.size() != rank) {
    return BadAttribute(node,
                        StrCat("attribute '", name, "' has ", values.size(),
                               " values, expected ", rank));
  }
  for (size_t i = 0; i < rank; ++i) {
    if (values[i] < least || values[i] > kMaxExtent) {
      return BadAttribute(node, StrCat("attribute '", name, "' holds ",
                                       values[i], ", which is out of range"));
    }
    (*out)[kMaxSpatial - rank + i] = values[i];
  }
  return Status::Ok();
}

Status ReadPads(const NodeView& node, size_t rank, Window& w) {
  const auto pads = node.attrs().Ints("pads");
  if (pads.empty()) return Status::Ok();
  if (pads.size() != 2 * rank) {
    return BadAttribute(node, StrCat("attribute 'pads' has ", pads.size(),
                                     " values, expected ", 2 * rank));
  }
  for (size_t i = 0; i < rank; ++i) {
    const int64_t begin = pads[i];
    const int64_t end = pads[rank + i];
    if (std::min(begin, end) < 0 || std::max(begin, end) > kMaxExtent) {
      return BadAttribute(node, "attribute 'pads' holds a value out of range");
    }
    w.pad_begin[kMaxSpatial - rank + i] = begin;
    w.pad_end[kMaxSpatial - rank + i] = end;
  }
  return Status::Ok();
}

Status ReadCommon(const NodeView& node, std::span<const int64_t> in_dims,
                  std::span<const int64_t> kernel, Window& w) {
  if (in_dims.size() < 3 || in_dims.size() > 2 + kMaxSpatial) {
    return ShapeError(node, StrCat("input of shape ", ShapeText(in_dims),
                                   " must have 1 to 3 spatial dimensions"));
  }
  w.rank = in_dims.size() - 2;
  const size_t first = kMaxSpatial - w.rank;
  for (size_t i = 0; i < w.rank; ++i) w.in[first + i] = in_dims[2 + i];
  if (!kernel.empty()) {
    for (size_t i = 0; i < w.rank; ++i) w.kernel[first + i] = kernel[i];
    const auto declared = node.attrs().Ints("kernel_shape");
    if (!declared.empty() && !std::ranges::equal(declared, kernel)) {
      return BadAttribute(node,
                          "attribute 'kernel_shape' contradicts the weights");
    }
  } else {
    if (node.attrs().Ints("kernel_shape").empty()) {
      return BadAttribute(node, "attribute 'kernel_shape' is missing");
    }
    ONNXIFI_RETURN_IF_ERROR(
        ReadDims(node, "kernel_shape", w.rank, 1, &w.kernel));
  }
  ONNXIFI_RETURN_IF_ERROR(ReadDims(node, "strides", w.rank, 1, &w.stride));
  return ReadDims(node, "dilations", w.rank, 1, &w.dilation);
}

// Output extent for explicit padding, or -1 when the window does not fit.
int64_t Extent(const Window& w, size_t i, bool ceil_mode) {
  const int64_t span = (w.kernel[i] - 1) * w.dilation[i] + 1;
  const int64_t room = w.in[i] + w.pad_begin[i] + w.pad_end[i] - span;
  if (room < 0) return -1;
  int64_t out = room / w.stride[i] + 1;
  if (ceil_mode && room % w.stride[i] != 0) {
    ++out;
    // A window must start inside the tensor or its leading padding.
    if ((out - 1) * w.stride[i] >= w.in[i] + w.pad_begin[i]) --out;
  }
  return out;
}

}  // namespace

Result<Window> ReadWindow(const NodeView& node,
                          std::span<const int64_t> in_dims,
                          std::span<const int64_t> kernel, bool ceil_mode) {
  Window w;
  ONNXIFI_RETURN_IF_ERROR(ReadCommon(node, in_dims, kernel, w));
  const std::string_view auto_pad = node.attrs().String("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (auto_pad == "NOTSET" || auto_pad.empty()) {
    ONNXIFI_RETURN_IF_ERROR(ReadPads(node, w.rank, w));
  }
  for (size_t i = kMaxSpatial - w.rank; i < kMaxSpatial; ++i) {
    if (same) {
      const int64_t span = (w.kernel[i] - 1) * w.dilation[i] + 1;
      w.out[i] = CeilDiv(w.in[i], w.stride[i]);
      const int64_t total =
          std::max<int64_t>(0, (w.out[i] - 1) * w.stride[i] + span - w.in[i]);
      const int64_t less = total / 2;
      w.pad_begin[i] = auto_pad == "SAME_UPPER" ? less : total - less;
      w.pad_end[i] = total - w.pad_begin[i];
    } else {
      w.out[i] = Extent(w, i, ceil_mode);
    }
    if (w.out[i] < 0 || (w.out[i] == 0 && w.in[i] != 0)) {
      return ShapeError(
          node, StrCat("a window of ", w.kernel[i], " does not fit the input ",
                       ShapeText(in_dims)));
    }
  }
  return w;
}

Result<Window> ReadTransposedWindow(const NodeView& node,
                                    std::span<const int64_t> in_dims,
                                    std::span<const int64_t> kernel) {
  Window w;
  ONNXIFI_RETURN_IF_ERROR(ReadCommon(node, in_dims, kernel, w));
  Window::Dims extra = {0, 0, 0};
  ONNXIFI_RETURN_IF_ERROR(ReadDims(node, "output_padding", w.rank, 0, &extra));
  const auto shape = node.attrs().Ints("output_shape");
  const bool full = shape.size() == w.rank + 2;  // as some exporters write it
  if (!shape.empty() && shape.size() != w.rank && !full) {
    return BadAttribute(node, "attribute 'output_shape' has the wrong length");
  }
  const std::string_view auto_pad = node.attrs().String("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  if (auto_pad == "NOTSET" && shape.empty()) {
    ONNXIFI_RETURN_IF_ERROR(ReadPads(node, w.rank, w));
  }
  const size_t first = kMaxSpatial - w.rank;
  for (size_t i = first; i < kMaxSpatial; ++i) {
    const int64_t span = (w.kernel[i] - 1) * w.dilation[i] + 1;
    const int64_t natural = w.stride[i] * (w.in[i] - 1) + extra[i] + span;
    if (!shape.empty()) {
      w.out[i] = shape[i - first + (full ? 2 : 0)];
    } else if (same) {
      w.out[i] = w.in[i] * w.stride[i];
    } else {
      w.out[i] = natural - w.pad_begin[i] - w.pad_end[i];
      if (w.out[i] < 0) return ShapeError(node, "the output has no extent");
      continue;
    }
    if (w.out[i] < 0 || w.out[i] > kMaxExtent) {
      return BadAttribute(node, "attribute 'output_shape' is out of range");
    }
    // May be negative: the output then reaches beyond what is computed.
    const int64_t total = natural - w.out[i];
    const int64_t less = total >= 0 ? total / 2 : -((1 - total) / 2);
    w.pad_begin[i] = auto_pad == "SAME_UPPER" ? less : total - less;
    w.pad_end[i] = total - w.pad_begin[i];
  }
  return w;
}

Reject SupportsWindow(const NodeView& node) {
  const int rank = node.input_rank(0);
  if (rank >= 0 && (rank < 3 || rank > 2 + static_cast<int>(kMaxSpatial))) {
    return {RejectReason::kShape, StrCat("input of rank ", rank)};
  }
  return {};
}

graph::Shape WindowOutput(const Window& window, int64_t batch,
                          int64_t channels) {
  graph::Shape dims = {batch, channels};
  dims.insert(dims.end(), window.out.end() - static_cast<int64_t>(window.rank),
              window.out.end());
  return dims;
}

}  // namespace onnxifi
