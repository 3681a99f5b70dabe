#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/fusion/passes.h"

namespace onnxifi {

using graph::AttrReader;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

// y = x * scale + shift for each channel.
struct Affine {
  std::vector<double> scale;
  std::vector<double> shift;
};

Affine Unit(size_t channels) {
  return {std::vector<double>(channels, 1.0),
          std::vector<double>(channels, 0.0)};
}

// The values of a constant that varies only along the channels of a tensor of
// that rank, one per channel; empty when it does not.
std::vector<float> PerChannel(const GraphEditor& editor, ValueId id,
                              size_t rank, size_t channels) {
  if (!editor.IsFloatConstant(id)) return {};
  const graph::Shape& dims = editor.value(id).constant->dims;
  if (dims.size() > rank) return {};
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool channel_axis = rank - dims.size() + i == 1;
    if (dims[i] == 1) continue;
    if (!channel_axis || static_cast<size_t>(dims[i]) != channels) return {};
  }
  std::vector<float> values = editor.Floats(id);
  if (values.size() == 1) values.resize(channels, values[0]);
  return values.size() == channels ? values : std::vector<float>{};
}

// Batch normalisation with known statistics, outside training.
std::optional<Affine> MatchBatchNorm(const GraphEditor& editor, int i) {
  const Node& n = editor.node(i);
  if (!editor.Is(i, "BatchNormalization") || n.inputs.size() < 5 ||
      AttrReader(n).Int("training_mode", 0) != 0 ||
      AttrReader(n).Int("spatial", 1) == 0) {
    return std::nullopt;
  }
  for (size_t o = 1; o < n.outputs.size(); ++o) {
    if (n.outputs[o] != kNoValue) return std::nullopt;
  }
  std::vector<float> parameters[4];
  for (size_t k = 0; k < 4; ++k) {
    if (!editor.IsFloatConstant(n.inputs[k + 1])) return std::nullopt;
    parameters[k] = editor.Floats(n.inputs[k + 1]);
    if (parameters[k].size() != parameters[0].size()) return std::nullopt;
  }
  const double epsilon =
      static_cast<double>(AttrReader(n).Float("epsilon", 1e-5f));
  Affine affine = Unit(parameters[0].size());
  for (size_t c = 0; c < affine.scale.size(); ++c) {
    affine.scale[c] =
        static_cast<double>(parameters[0][c]) /
        std::sqrt(static_cast<double>(parameters[3][c]) + epsilon);
    affine.shift[c] = static_cast<double>(parameters[1][c]) -
                      static_cast<double>(parameters[2][c]) * affine.scale[c];
  }
  return affine;
}

// One arithmetic operator with a constant per channel; x is its other input.
std::optional<Affine> MatchArithmetic(const GraphEditor& editor, int i,
                                      ValueId x, size_t rank, size_t channels) {
  const Node& n = editor.node(i);
  if (n.opset < 7) return std::nullopt;
  const ValueId other = editor.OtherInput(i, x);
  if (other == kNoValue) return std::nullopt;
  const bool first = n.inputs[0] == x;
  const std::vector<float> values = PerChannel(editor, other, rank, channels);
  if (values.empty()) return std::nullopt;
  Affine affine = Unit(channels);
  for (size_t c = 0; c < channels; ++c) {
    const double v = static_cast<double>(values[c]);
    if (editor.Is(i, "Mul")) {
      affine.scale[c] = v;
    } else if (editor.Is(i, "Add") || editor.Is(i, "Sum")) {
      affine.shift[c] = v;
    } else if (editor.Is(i, "Sub") && first) {
      affine.shift[c] = -v;
    } else if (editor.Is(i, "Div") && first && v != 0) {
      affine.scale[c] = 1.0 / v;
    } else {
      return std::nullopt;
    }
  }
  return affine;
}

// A run of such nodes that starts with the readers of `value`.
struct Chain {
  Affine affine;
  std::vector<int> nodes;
  ValueId end = kNoValue;
};

Chain MatchChain(const GraphEditor& editor, ValueId value, size_t rank,
                 size_t channels) {
  Chain chain = {Unit(channels), {}, value};
  for (;;) {
    const int next = editor.OnlyUser(chain.end);
    if (next < 0) return chain;
    std::optional<Affine> step;
    if (editor.Is(next, "BatchNormalization")) {
      step = MatchBatchNorm(editor, next);
      if (step && step->scale.size() != channels) step.reset();
    } else if (editor.node(next).domain.empty()) {
      step = MatchArithmetic(editor, next, chain.end, rank, channels);
    }
    if (!step) return chain;
    for (size_t c = 0; c < channels; ++c) {
      chain.affine.scale[c] *= step->scale[c];
      chain.affine.shift[c] =
          chain.affine.shift[c] * step->scale[c] + step->shift[c];
    }
    chain.nodes.push_back(next);
    chain.end = editor.node(next).outputs[0];
  }
}

std::vector<float> ToFloats(const std::vector<double>& values) {
  std::vector<float> floats;
  floats.reserve(values.size());
  for (const double v : values) floats.push_back(static_cast<float>(v));
  return floats;
}

// The channel of each row of transposed weights, [I, O / groups, ...].
std::vector<size_t> RowChannels(const graph::Shape& dims, size_t groups) {
  const size_t per_group = static_cast<size_t>(dims[1]);
  const size_t in_per_group = static_cast<size_t>(dims[0]) / groups;
  std::vector<size_t> channel(static_cast<size_t>(dims[0] * dims[1]));
  for (size_t r = 0; r < channel.size(); ++r) {
    channel[r] = r / per_group / in_per_group * per_group + r % per_group;
  }
  return channel;
}

// Weights with every row multiplied by its channel's factor; nullptr when
// there is no memory.
graph::TensorPtr ScaledWeights(const graph::TensorData& weights,
                               const std::vector<size_t>& channels,
                               const std::vector<double>& scale) {
  const Result<graph::NewTensor> made =
      graph::MakeTensor(weights.type, weights.dims);
  if (!made.ok()) return nullptr;
  const size_t count = weights.bytes / sizeof(float);
  const size_t row = channels.empty() ? 0 : count / channels.size();
  const char* from = static_cast<const char*>(weights.data);
  float* const to = static_cast<float*>(made->data);
  if (weights.bytes > 0) std::memcpy(to, from, weights.bytes);
  for (size_t r = 0; r < channels.size(); ++r) {
    const double factor = scale[channels[r]];
    for (size_t k = r * row; k < (r + 1) * row; ++k) {
      to[k] = static_cast<float>(static_cast<double>(to[k]) * factor);
    }
  }
  return made->tensor;
}

// Gives a convolution the chain's factors and sums. The factors stay beside
// plain weights, in an attribute, until the kernel packs them: copies of all
// weights of a model would cost more than the rest of loading.
bool ApplyToConv(GraphEditor& editor, int i, const Chain& chain,
                 bool transposed) {
  Node conv = editor.node(i);
  const size_t channels = chain.affine.scale.size();
  if (transposed) {
    const graph::TensorPtr old = editor.value(conv.inputs[1]).constant;
    const size_t groups = static_cast<size_t>(AttrReader(conv).Int("group", 1));
    graph::TensorPtr weights =
        ScaledWeights(*old, RowChannels(old->dims, groups), chain.affine.scale);
    if (weights == nullptr) return false;
    conv.inputs[1] =
        editor.AddTensor(conv.name + "/folded_weights", std::move(weights));
  } else {
    graph::Attribute scale;
    scale.name = "weight_scale";
    scale.kind = graph::Attribute::Kind::kFloats;
    scale.floats = ToFloats(chain.affine.scale);
    conv.attributes.push_back(std::move(scale));
  }
  std::vector<float> bias(channels, 0.0f);
  if (conv.inputs.size() > 2 && conv.inputs[2] != kNoValue) {
    bias = editor.Floats(conv.inputs[2]);
  }
  for (size_t c = 0; c < channels; ++c) {
    bias[c] = static_cast<float>(static_cast<double>(bias[c]) *
                                     chain.affine.scale[c] +
                                 chain.affine.shift[c]);
  }
  conv.inputs.resize(3, kNoValue);
  conv.inputs[2] = editor.AddConstant(conv.name + "/folded_bias",
                                      {static_cast<int64_t>(channels)}, bias);
  conv.outputs = {chain.end};
  for (const int node : chain.nodes) editor.Remove(node);
  editor.Replace(i, std::move(conv));
  return true;
}

bool FoldIntoConv(GraphEditor& editor, int i) {
  const bool transposed = editor.Is(i, "ConvTranspose");
  if (!transposed && !editor.Is(i, "Conv")) return false;
  const Node& conv = editor.node(i);
  if (conv.inputs.size() < 2 || !editor.IsFloatConstant(conv.inputs[1])) {
    return false;
  }
  const graph::Shape& dims = editor.value(conv.inputs[1]).constant->dims;
  const int64_t groups = AttrReader(conv).Int("group", 1);
  if (dims.size() < 3 || groups < 1 || dims[0] % groups != 0) return false;
  const size_t channels =
      static_cast<size_t>(transposed ? dims[1] * groups : dims[0]);
  if (conv.inputs.size() > 2 && conv.inputs[2] != kNoValue &&
      (!editor.IsFloatConstant(conv.inputs[2]) ||
       editor.value(conv.inputs[2]).constant->dims !=
           graph::Shape{static_cast<int64_t>(channels)})) {
    return false;
  }
  const Chain chain =
      MatchChain(editor, conv.outputs[0], dims.size(), channels);
  if (chain.nodes.empty()) return false;
  return ApplyToConv(editor, i, chain, transposed);
}

// A chain that starts at a batch normalisation on its own.
bool FuseStandalone(GraphEditor& editor, int i) {
  std::optional<Affine> first = MatchBatchNorm(editor, i);
  if (!first) return false;
  const Node& norm = editor.node(i);
  const graph::Value& x = editor.value(norm.inputs[0]);
  if (x.type != graph::DataType::kFloat || !x.has_shape || x.dims.size() < 2) {
    return false;
  }
  const size_t channels = first->scale.size();
  Chain chain = MatchChain(editor, norm.outputs[0], x.dims.size(), channels);
  for (size_t c = 0; c < channels; ++c) {
    chain.affine.shift[c] += first->shift[c] * chain.affine.scale[c];
    chain.affine.scale[c] *= first->scale[c];
  }
  Activation activation;
  const int next = editor.OnlyUser(chain.end);
  if (const auto found = editor.MatchActivation(next);
      found && KeepsZero(*found) && AsClamp(*found) &&
      AsClamp(*found)->slope == 1.0f) {
    activation = *found;
    chain.nodes.push_back(next);
    chain.end = editor.node(next).outputs[0];
  }
  Node fused;
  fused.name = norm.name;
  fused.domain = kFusedDomain;
  fused.op_type = "ChannelAffine";
  fused.opset = 1;
  const graph::Shape dims = {static_cast<int64_t>(channels)};
  fused.inputs = {norm.inputs[0],
                  editor.AddConstant(norm.name + "/scale", dims,
                                     ToFloats(chain.affine.scale)),
                  editor.AddConstant(norm.name + "/shift", dims,
                                     ToFloats(chain.affine.shift))};
  fused.outputs = {chain.end};
  WriteActivation(activation, fused);
  for (const int node : chain.nodes) editor.Remove(node);
  editor.Replace(i, std::move(fused));
  return true;
}

}  // namespace

void FoldAffineIntoConv(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (editor.alive(i)) FoldIntoConv(editor, i);
  }
}

void FuseChannelAffine(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (editor.alive(i)) FuseStandalone(editor, i);
  }
}

}  // namespace onnxifi
