#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "backends/common/fusion/passes.h"

namespace onnxifi {

using graph::AttrReader;
using graph::Node;
using graph::Shape;
using graph::ValueId;

namespace {

// Reshape, Transpose, Reshape that exchange groups of channels with their
// members; `first` is the Reshape that reads `from`.
struct Shuffle {
  ValueId from = graph::kNoValue;
  ValueId to = graph::kNoValue;
  int first = -1;
  int transpose = -1;
  int last = -1;
  std::vector<int64_t> source;  // channel of `from` behind each of `to`
};

bool IsStatic(const graph::Value& value, size_t rank) {
  return value.has_shape && value.dims.size() == rank &&
         std::all_of(value.dims.begin(), value.dims.end(),
                     [](int64_t d) { return d > 0; });
}

std::optional<Shuffle> MatchShuffle(const GraphEditor& editor, int i) {
  Shuffle s;
  s.transpose = i;
  if (!editor.Is(i, "Transpose")) return std::nullopt;
  const auto perm = AttrReader(editor.node(i)).Ints("perm");
  const int64_t wanted[] = {0, 2, 1, 3, 4};
  if (!std::equal(perm.begin(), perm.end(), std::begin(wanted),
                  std::end(wanted))) {
    return std::nullopt;
  }
  s.first = editor.Producer(editor.node(i).inputs[0]);
  s.last = editor.OnlyUser(editor.node(i).outputs[0]);
  if (s.first < 0 || s.last < 0 || !editor.Is(s.first, "Reshape") ||
      !editor.Is(s.last, "Reshape") ||
      editor.OnlyUser(editor.node(s.first).outputs[0]) != i) {
    return std::nullopt;
  }
  s.from = editor.node(s.first).inputs[0];
  s.to = editor.node(s.last).outputs[0];
  const graph::Value& from = editor.value(s.from);
  const graph::Value& grouped = editor.value(editor.node(s.first).outputs[0]);
  const graph::Value& to = editor.value(s.to);
  if (!IsStatic(from, 4) || !IsStatic(grouped, 5) || !IsStatic(to, 4)) {
    return std::nullopt;
  }
  const Shape& x = from.dims;
  const int64_t groups = grouped.dims[1];
  const int64_t members = grouped.dims[2];
  const Shape whole = {x[0], groups, members, x[2], x[3]};
  if (to.dims != x || groups * members != x[1] || grouped.dims != whole) {
    return std::nullopt;
  }
  for (int64_t c = 0; c < x[1]; ++c) {
    s.source.push_back(c % groups * members + c / groups);
  }
  return s;
}

bool IsConv(const GraphEditor& editor, int i) {
  if (i < 0) return false;
  const Node& n = editor.node(i);
  return editor.alive(i) && (n.op_type == "Conv" || n.op_type == "FusedConv") &&
         n.inputs.size() >= 2 && editor.IsFloatConstant(n.inputs[1]) &&
         (n.inputs.size() < 3 || n.inputs[2] == graph::kNoValue ||
          editor.IsFloatConstant(n.inputs[2]));
}

// One filter a channel, no residual: channels may come in any order.
bool IsDepthwise(const GraphEditor& editor, int i, int64_t channels) {
  if (!IsConv(editor, i)) return false;
  const Node& n = editor.node(i);
  const Shape& w = editor.value(n.inputs[1]).dims;
  return (n.inputs.size() < 4 || n.inputs[3] == graph::kNoValue) &&
         AttrReader(n).Int("group", 1) == channels && w.size() == 4 &&
         w[0] == channels && w[1] == 1;
}

bool AllAre(std::span<const int64_t> values, int64_t one) {
  return std::all_of(values.begin(), values.end(),
                     [&](int64_t v) { return v == one; });
}

// A 1x1 convolution that can read its channels in any order.
bool IsPointwise(const GraphEditor& editor, int i, ValueId data) {
  if (!IsConv(editor, i)) return false;
  const Node& n = editor.node(i);
  const Shape& w = editor.value(n.inputs[1]).dims;
  const AttrReader attrs(n);
  const std::string_view pad = attrs.String("auto_pad", "NOTSET");
  return n.inputs[0] == data && w.size() == 4 && w[2] == 1 && w[3] == 1 &&
         AllAre(attrs.Ints("strides"), 1) && AllAre(attrs.Ints("pads"), 0) &&
         (pad == "NOTSET" || pad == "VALID") && !attrs.Has("input_order");
}

// Values of row source[c] come from row c.
std::vector<float> Reordered(const std::vector<float>& values,
                             const std::vector<int64_t>& source) {
  std::vector<float> out(values.size());
  const size_t row = values.size() / source.size();
  for (size_t c = 0; c < source.size(); ++c) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(c * row), row,
                out.begin() + static_cast<std::ptrdiff_t>(
                                  static_cast<size_t>(source[c]) * row));
  }
  return out;
}

// The depthwise convolution for data that has not been shuffled.
Node Unshuffled(GraphEditor& editor, int i, const Shuffle& shuffle) {
  Node conv = editor.node(i);
  conv.inputs[0] = shuffle.from;
  conv.inputs[1] = editor.AddConstant(
      conv.name + "/weights", editor.value(conv.inputs[1]).dims,
      Reordered(editor.Floats(conv.inputs[1]), shuffle.source));
  if (conv.inputs.size() > 2 && conv.inputs[2] != graph::kNoValue) {
    conv.inputs[2] = editor.AddConstant(
        conv.name + "/bias", editor.value(conv.inputs[2]).dims,
        Reordered(editor.Floats(conv.inputs[2]), shuffle.source));
  }
  for (graph::Attribute& attribute : conv.attributes) {
    if (attribute.name == "weight_scale") {
      attribute.floats = Reordered(attribute.floats, shuffle.source);
    }
  }
  return conv;
}

}  // namespace

void FuseChannelShuffle(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (!editor.alive(i)) continue;
    const std::optional<Shuffle> shuffle = MatchShuffle(editor, i);
    if (!shuffle) continue;
    const auto channels = static_cast<int64_t>(shuffle->source.size());
    const int depthwise = editor.OnlyUser(shuffle->to);
    if (!IsDepthwise(editor, depthwise, channels)) continue;
    const ValueId data = editor.node(depthwise).outputs[0];
    const int point = editor.OnlyUser(data);
    if (!IsPointwise(editor, point, data)) continue;
    Node reader = editor.node(point);
    graph::Attribute order;
    order.name = "input_order";
    order.kind = graph::Attribute::Kind::kInts;
    order.ints = shuffle->source;
    reader.attributes.push_back(std::move(order));
    editor.Replace(depthwise, Unshuffled(editor, depthwise, *shuffle));
    editor.Replace(point, std::move(reader));
    editor.Remove(shuffle->last);
    editor.Remove(shuffle->transpose);
    editor.Remove(shuffle->first);
  }
}

}  // namespace onnxifi
