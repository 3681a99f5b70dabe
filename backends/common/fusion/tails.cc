#include <optional>
#include <utility>

#include "backends/common/fusion/passes.h"

namespace onnxifi {

using graph::AttrReader;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

// The fused form of a node that is not fused yet.
Node Fused(const Node& node, const char* op_type, size_t inputs) {
  Node fused = node;
  fused.domain = kFusedDomain;
  fused.op_type = op_type;
  fused.opset = 1;
  fused.inputs.resize(inputs, kNoValue);
  return fused;
}

bool IsFusableConv(const GraphEditor& editor, int i) {
  const Node& n = editor.node(i);
  return editor.Is(i, "Conv") && n.inputs.size() >= 2 &&
         editor.IsFloatConstant(n.inputs[1]) &&
         (n.inputs.size() < 3 || n.inputs[2] == kNoValue ||
          editor.IsFloatConstant(n.inputs[2]));
}

// The other operand of a sum of two equally shaped tensors.
ValueId ResidualOf(const GraphEditor& editor, int sum, ValueId value) {
  if (!editor.Is(sum, "Add") && !editor.Is(sum, "Sum")) return kNoValue;
  const ValueId other = editor.OtherInput(sum, value);
  if (other == kNoValue || editor.value(other).constant != nullptr) {
    return kNoValue;
  }
  const bool same = editor.SameShape(value, other) &&
                    editor.value(other).type == graph::DataType::kFloat;
  return same ? other : kNoValue;
}

void FuseConvTail(GraphEditor& editor, int i) {
  ValueId out = editor.node(i).outputs[0];
  int next = editor.OnlyUser(out);
  if (next < 0) return;
  if (const ValueId residual = ResidualOf(editor, next, out);
      residual != kNoValue) {
    // The fused node stands where the sum stood: the residual may be made
    // later than the convolution's own inputs.
    Node fused = Fused(editor.node(i), "FusedConv", 4);
    fused.inputs[3] = residual;
    fused.outputs = editor.node(next).outputs;
    editor.Remove(i);
    editor.Replace(next, std::move(fused));
    i = next;
    out = editor.node(i).outputs[0];
    next = editor.OnlyUser(out);
  }
  const std::optional<Activation> activation = editor.MatchActivation(next);
  if (!activation) return;
  Node fused = Fused(editor.node(i), "FusedConv", 4);
  fused.outputs = editor.node(next).outputs;
  WriteActivation(*activation, fused);
  editor.Remove(next);
  editor.Replace(i, std::move(fused));
}

// A constant that adds one value per column of an [.. x n] product.
bool IsRow(const GraphEditor& editor, ValueId id, int64_t n) {
  if (!editor.IsFloatConstant(id)) return false;
  const graph::Shape& dims = editor.value(id).constant->dims;
  if (dims.empty() || dims.back() != n) return false;
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    if (dims[i] != 1) return false;
  }
  return true;
}

void FuseMatMulTail(GraphEditor& editor, int i) {
  const Node& product = editor.node(i);
  if (!editor.IsFloatConstant(product.inputs[1])) return;
  const graph::Shape& b = editor.value(product.inputs[1]).constant->dims;
  if (b.size() != 2) return;
  const ValueId a = product.inputs[0];
  // The row must not add dimensions to the product.
  const size_t rank =
      editor.value(a).has_shape ? editor.value(a).dims.size() : 0;
  ValueId out = product.outputs[0];
  int next = editor.OnlyUser(out);
  Node fused = Fused(product, "FusedMatMul", 3);
  bool changed = false;
  if (editor.Is(next, "Add") && editor.node(next).opset >= 7) {
    const ValueId row = editor.OtherInput(next, out);
    if (row != kNoValue && IsRow(editor, row, b[1]) && rank >= 2 &&
        editor.value(row).constant->dims.size() <= rank) {
      fused.inputs[2] = row;
      fused.outputs = editor.node(next).outputs;
      editor.Remove(next);
      out = fused.outputs[0];
      next = editor.OnlyUser(out);
      changed = true;
    }
  }
  if (const auto activation = editor.MatchActivation(next)) {
    WriteActivation(*activation, fused);
    fused.outputs = editor.node(next).outputs;
    editor.Remove(next);
    changed = true;
  }
  if (changed) editor.Replace(i, std::move(fused));
}

void FuseGemmTail(GraphEditor& editor, int i) {
  const Node& gemm = editor.node(i);
  if (gemm.inputs.size() < 2 || !editor.IsFloatConstant(gemm.inputs[1])) {
    return;
  }
  const int next = editor.OnlyUser(gemm.outputs[0]);
  const auto activation = editor.MatchActivation(next);
  if (!activation) return;
  Node fused = gemm;
  WriteActivation(*activation, fused);
  fused.outputs = editor.node(next).outputs;
  editor.Remove(next);
  editor.Replace(i, std::move(fused));
}

// Softmax along the last dimension of a float32 tensor of known rank.
bool IsRowSoftmax(const GraphEditor& editor, int i) {
  if (!editor.Is(i, "Softmax")) return false;
  const Node& n = editor.node(i);
  const graph::Value& x = editor.value(n.inputs[0]);
  if (x.type != graph::DataType::kFloat || !x.has_shape || x.dims.empty()) {
    return false;
  }
  const int64_t rank = static_cast<int64_t>(x.dims.size());
  const int64_t axis = AttrReader(n).Int("axis", n.opset >= 13 ? -1 : 1);
  return axis == -1 || axis == rank - 1;
}

// The mask of Add(x, mask) when it certainly broadcasts to x and has its last
// dimension.
ValueId MaskOf(const GraphEditor& editor, int add, ValueId x) {
  const ValueId mask = editor.OtherInput(add, x);
  if (mask == kNoValue) return kNoValue;
  const graph::Value& m = editor.value(mask);
  const graph::Value& v = editor.value(x);
  if (!m.has_shape || !v.has_shape || m.dims.empty() ||
      m.type != graph::DataType::kFloat || m.dims.size() > v.dims.size() ||
      m.dims.back() != v.dims.back() || m.dims.back() < 0) {
    return kNoValue;
  }
  const size_t skipped = v.dims.size() - m.dims.size();
  for (size_t i = 0; i < m.dims.size(); ++i) {
    if (m.dims[i] != 1 && (m.dims[i] < 0 || m.dims[i] != v.dims[skipped + i])) {
      return kNoValue;
    }
  }
  return mask;
}

// x of a product or quotient with a scalar constant that only `user` reads.
ValueId Unscaled(const GraphEditor& editor, ValueId value, float* factor) {
  const int i = editor.Producer(value);
  if (i < 0 || editor.OnlyUser(value) < 0) return kNoValue;
  const Node& n = editor.node(i);
  if (n.opset < 7 || n.inputs.size() != 2) return kNoValue;
  for (size_t k = 0; k < 2; ++k) {
    const auto c = editor.Scalar(n.inputs[k]);
    if (!c || editor.value(n.inputs[k]).constant->dims.size() > 1) continue;
    if (editor.Is(i, "Mul")) {
      *factor = *c;
      return n.inputs[1 - k];
    }
    if (editor.Is(i, "Div") && k == 1 && *c != 0) {
      *factor = 1.0f / *c;
      return n.inputs[0];
    }
  }
  return kNoValue;
}

void FuseSoftmaxInput(GraphEditor& editor, int i) {
  ValueId x = editor.node(i).inputs[0];
  ValueId mask = kNoValue;
  float factor = 1.0f;
  std::vector<int> absorbed;
  const int add = editor.Producer(x);
  if (editor.Is(add, "Add") && editor.node(add).opset >= 7 &&
      editor.OnlyUser(x) == i) {
    for (const ValueId input : editor.node(add).inputs) {
      const ValueId other = MaskOf(editor, add, input);
      // The side with the full shape is the data.
      if (other == kNoValue || !editor.SameShape(input, x)) continue;
      mask = other;
      x = input;
      absorbed.push_back(add);
      break;
    }
  }
  if (const ValueId inner = Unscaled(editor, x, &factor); inner != kNoValue) {
    absorbed.push_back(editor.Producer(x));
    x = inner;
  }
  if (absorbed.empty()) return;
  Node fused = editor.node(i);
  fused.domain = kFusedDomain;
  fused.op_type = "MaskedSoftmax";
  fused.opset = 1;
  fused.attributes.clear();
  graph::Attribute scale;
  scale.name = "scale";
  scale.kind = graph::Attribute::Kind::kFloat;
  scale.f = factor;
  fused.attributes.push_back(std::move(scale));
  fused.inputs = {x, mask};
  editor.Replace(i, std::move(fused));
  for (const int node : absorbed) editor.Remove(node);
}

}  // namespace

void FuseConvTails(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (editor.alive(i) && IsFusableConv(editor, i)) FuseConvTail(editor, i);
  }
}

void FuseMatMulTails(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (editor.Is(i, "MatMul")) FuseMatMulTail(editor, i);
    if (editor.Is(i, "Gemm")) FuseGemmTail(editor, i);
  }
}

void FuseSoftmaxInputs(GraphEditor& editor) {
  for (int i = 0; i < editor.node_count(); ++i) {
    if (IsRowSoftmax(editor, i)) FuseSoftmaxInput(editor, i);
  }
}

}  // namespace onnxifi
