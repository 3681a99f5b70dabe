#include "backends/common/ops/broadcast_shape.h"

#include <algorithm>
#include <string>

#include "base/str_cat.h"

namespace onnxifi {

namespace {

using graph::Shape;

int64_t DimFromRight(const Shape& shape, size_t from_right) {
  return from_right < shape.size() ? shape[shape.size() - 1 - from_right] : 1;
}

}  // namespace

Result<Shape> BroadcastShape(const graph::Node& node,
                             std::span<const Shape> shapes) {
  size_t rank = 0;
  for (const Shape& shape : shapes) rank = std::max(rank, shape.size());
  Shape out(rank, 1);
  for (size_t d = 0; d < rank; ++d) {
    int64_t& dim = out[rank - 1 - d];
    for (const Shape& shape : shapes) {
      const int64_t other = DimFromRight(shape, d);
      if (other == dim || other == 1) continue;
      if (dim == 1) {
        dim = other;
        continue;
      }
      std::string text;
      for (const Shape& s : shapes) {
        text += StrCat(text.empty() ? "" : " and ", ShapeText(s));
      }
      return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                    StrCat(node.op_type, " '", node.name, "': shapes ", text,
                           " cannot be broadcast: dimensions counted from the "
                           "right must be equal or 1"));
    }
  }
  return out;
}

Result<Shape> LegacyBroadcastShape(const graph::Node& node, const Shape& a,
                                   const Shape& b) {
  const graph::AttrReader attrs(node);
  const auto fail = [&](const char* why) {
    return Status(
        ONNXIFI_STATUS_MISMATCHING_SHAPE,
        StrCat(node.op_type, " '", node.name, "': second operand of shape ",
               ShapeText(b), " does not fit ", ShapeText(a), ": ", why));
  };
  if (attrs.Int("broadcast", 0) == 0) {
    if (a != b) return fail("shapes must be equal without broadcast=1");
    return b;
  }
  if (b.size() > a.size()) return fail("its rank is larger");
  const int64_t rank = static_cast<int64_t>(a.size());
  const int64_t suffix = rank - static_cast<int64_t>(b.size());
  int64_t axis = attrs.Int("axis", suffix);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > suffix) return fail("axis is out of range");
  Shape shape = b;
  shape.resize(static_cast<size_t>(rank - axis), 1);
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t other = DimFromRight(a, d);
    const int64_t dim = DimFromRight(shape, d);
    if (dim != other && dim != 1) return fail("a dimension differs");
  }
  return shape;
}

}  // namespace onnxifi
