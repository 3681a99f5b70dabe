#ifndef ONNXIFI_BACKENDS_COMMON_OP_KERNEL_H_
#define ONNXIFI_BACKENDS_COMMON_OP_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/common/reject_reason.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "graph/graph.h"

namespace onnxifi {

// How a tensor's elements lie in memory. kPlain is dense row-major in the
// order of the ONNX shape. kChannels8/16 is NCHW with the channel dimension
// blocked: N, C/b, H, W, b (any number of spatial dimensions), channels padded
// with zeros to a multiple of b. dims always hold the ONNX (logical) shape.
enum class Layout : uint8_t { kPlain = 0, kChannels8 = 8, kChannels16 = 16 };

// Type, shape and layout of one tensor of a plan; all dimensions are known.
struct TensorDesc {
  graph::DataType type = graph::DataType::kUndefined;
  graph::Shape dims;
  Layout layout = Layout::kPlain;
};

// Bytes that a tensor occupies, padding of its layout included.
Result<size_t> DescBytes(const TensorDesc& desc);

// Facts about a whole graph that NodeView answers from; computed once.
struct GraphFacts {
  explicit GraphFacts(const graph::Graph& graph)
      : producers(graph::Producers(graph)) {}
  std::vector<int32_t> producers;  // node index per value, -1 = none
  // Nodes whose results no plan can know, found so far: those that no plan
  // holds, and random ones. Empty: none.
  std::vector<bool> opaque;

  void SetOpaque(const graph::Graph& graph, size_t node) {
    opaque.resize(graph.nodes.size(), false);
    opaque[node] = true;
  }
};

// What a kernel sees of a node before shapes are fixed: types, ranks and
// dimensions as far as the model tells (-1 = not known), constants, and
// attributes. Cheap to copy; valid while the graph lives.
class NodeView {
 public:
  // Without facts, questions about other nodes cost a pass over the graph.
  // `inputs_known`: every input will be known when a plan is made, as the node
  // is planned anew for the values it gets (LateNode).
  NodeView(const graph::Graph& graph, const graph::Node& node,
           const GraphFacts* facts = nullptr, bool inputs_known = false)
      : graph_(graph),
        node_(node),
        facts_(facts),
        inputs_known_(inputs_known) {}

  const graph::Node& node() const { return node_; }
  const graph::Graph& graph() const { return graph_; }
  graph::AttrReader attrs() const { return graph::AttrReader(node_); }
  int opset() const { return node_.opset; }
  const GraphFacts* facts() const { return facts_; }
  bool inputs_known() const { return inputs_known_; }

  size_t input_count() const { return node_.inputs.size(); }
  size_t output_count() const { return node_.outputs.size(); }
  bool HasInput(size_t i) const {
    return i < node_.inputs.size() && node_.inputs[i] != graph::kNoValue;
  }
  bool HasOutput(size_t i) const {
    return i < node_.outputs.size() && node_.outputs[i] != graph::kNoValue;
  }
  // Requires HasInput(i) / HasOutput(i).
  const graph::Value& input(size_t i) const {
    return graph_.value(node_.inputs[i]);
  }
  const graph::Value& output(size_t i) const {
    return graph_.value(node_.outputs[i]);
  }
  // kUndefined when the input is absent or its type is not known.
  graph::DataType input_type(size_t i) const {
    return HasInput(i) ? input(i).type : graph::DataType::kUndefined;
  }
  // Declared or inferred rank; -1 when not known or absent.
  int input_rank(size_t i) const {
    return HasInput(i) && input(i).has_shape
               ? static_cast<int>(input(i).dims.size())
               : -1;
  }

 private:
  const graph::Graph& graph_;
  const graph::Node& node_;
  const GraphFacts* facts_;
  bool inputs_known_;
};

// True when input i will be known when a plan is made for concrete shapes: it
// is constant, or follows from constants and from Shape or Size of anything.
bool IsShapeComputed(const NodeView& node, size_t i);

// What Run gets: pointers resolved when the plan was made. An absent input or
// output is nullptr. `scratch` is 64-byte aligned and as large as was booked.
struct RunArgs {
  const void* const* in;
  void* const* out;
  void* scratch;
  ThreadPool* pool;
};

// Does the work of one step. Any number of threads may run steps of one state
// at once. No allocation, no look-up, no exception; returns
// ONNXIFI_STATUS_SUCCESS, or INTERNAL_ERROR for data that no kernel can take
// (an index out of range): out-of-bounds data must never be read or written.
using RunFn = onnxStatus (*)(const void* state, const RunArgs& args);

// Things that live as long as the compiled graph and are shared by its plans:
// packed weights, generated code. Keys are chosen by the kernel and should
// name the node and everything the value depends on. Thread-compatible.
class PackCache {
 public:
  template <typename T, typename Make>
  Result<std::shared_ptr<const T>> GetOrMake(const std::string& key,
                                             const Make& make) {
    if (auto found = Find(key)) {
      return std::static_pointer_cast<const T>(found);
    }
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const T> made, make());
    Put(key, made);
    return made;
  }

 private:
  std::shared_ptr<const void> Find(const std::string& key) const;
  void Put(const std::string& key, std::shared_ptr<const void> value);

  std::unordered_map<std::string, std::shared_ptr<const void>> entries_;
};

// How results are computed (docs/numerics.md). kStrict: fp32 fused
// multiply-add only. kAccurate (default): results within a few fp32 rounding
// errors, e.g. Winograd. kFast: reduced-precision compute.
enum class NumericMode : uint8_t { kStrict, kAccurate, kFast };

// Prepare's view of one node with all shapes known, and the place where it
// books what Run needs. Kernels see plain inputs unless their OpKernel says
// `any_layout`.
class PrepareContext : public NodeView {
 public:
  using NodeView::NodeView;
  virtual ~PrepareContext() = default;

  // Concrete type, dims and layout. Requires HasInput(i).
  virtual const TensorDesc& in(size_t i) const = 0;
  // The value of an input that is known now (constant, or computed from
  // shapes), plain layout; nullptr when only Run will know it.
  virtual const graph::TensorData* ConstantIn(size_t i) const = 0;
  // The desc that SetOutput stored. Requires a SetOutput call before.
  virtual const TensorDesc& out(size_t i) const = 0;

  // Declares output i. Must be called once for every output that HasOutput.
  virtual Status SetOutput(size_t i, TensorDesc desc) = 0;
  // Output i is known now: no step is needed for it (Shape, Size...).
  virtual Status SetConstantOutput(size_t i, graph::TensorPtr value) = 0;
  // Output i is input `in_index` under another shape, sharing its memory;
  // a node that only aliases sets no step.
  virtual Status AliasOutput(size_t i, size_t in_index, graph::Shape dims) = 0;
  // Input i arrives in `layout` (a reorder step is put in front if needed);
  // in(i) changes accordingly. Only for any_layout kernels.
  virtual Status RequireLayout(size_t i, Layout layout) = 0;
  // Output i may share input `in_index`'s memory when that input is not used
  // later. Same byte size required; Run must then work with in == out.
  virtual void AllowInPlace(size_t i, size_t in_index) = 0;
  // Asks that input i be produced directly at `offset` bytes inside output
  // `o` (Concat without copy). A wish: Run must compare
  // args.in[i] == (char*)args.out[o] + offset and copy when they differ.
  virtual void PlaceInput(size_t i, size_t o, size_t offset) = 0;
  // Run does not read input i (its data was packed here): the plan need not
  // keep it, and args.in[i] is nullptr.
  virtual void ReleaseInput(size_t i) = 0;
  // Reserves at least `bytes` of scratch for this step; the largest call
  // counts.
  virtual void BookScratch(size_t bytes) = 0;
  // Sets the step. `state` is passed to fn and kept alive by the plan.
  virtual void SetStep(RunFn fn, std::shared_ptr<const void> state) = 0;

  virtual PackCache& packed() = 0;
  virtual ThreadPool& pool() = 0;
  virtual NumericMode numeric_mode() const = 0;
  // CompilerHooks::device.
  virtual const void* device() const = 0;

  // Span over a known integer input (int64 or int32 widened). An error that
  // names the input when it is not known at plan time.
  Result<std::vector<int64_t>> ConstantInts(size_t i) const;
  // SetStep with a state object made here. T's operator is never called; fn
  // gets `const T*` as its state.
  template <typename T>
  void SetStepState(RunFn fn, T state) {
    SetStep(fn, std::make_shared<const T>(std::move(state)));
  }
};

class EvaluateContext;

// One kernel: everything the backend knows about one operator. A table row.
struct OpKernel {
  const char* domain = "";  // "" is ai.onnx
  const char* op = nullptr;
  int min_opset = 1;        // inclusive
  int max_opset = 1 << 30;  // inclusive
  // Refuses with a named reason what Prepare or Run could not take, as far
  // as the model's static information tells. What it accepts must work:
  // nothing claimed fails later.
  Reject (*supports)(const NodeView& node) = nullptr;
  Status (*prepare)(PrepareContext& ctx) = nullptr;
  // Instead of prepare: does the whole work during the run. For operators
  // whose output shapes follow from data, that make strings, that take or
  // give sequences, optionals or maps, or that run bodies
  // (evaluate_context.h). A graph with such a node runs value by value.
  Status (*evaluate)(EvaluateContext& ctx) = nullptr;
  // Prepare handles inputs in any layout and calls RequireLayout itself.
  bool any_layout = false;
  // Same inputs may give different outputs: never folded (random operators).
  bool nondeterministic = false;
  // For element-wise operators: what the backend writes kernels of several nodes
  // from, of a type of its own. NULL: none.
  const void* element_rule = nullptr;
};

// The kernels of one file; several rows when operators share their code.
struct OpTable {
  const OpKernel* kernels;
  size_t count;
};

// Defines the entry of an operator file: the stem must equal the file's.
//   ONNXIFI_DEFINE_OPS(relu, {.op = "Relu", .supports = &Supports, ...});
#define ONNXIFI_DEFINE_OPS(stem, ...)                              \
  namespace {                                                      \
  constexpr ::onnxifi::OpKernel kKernels_##stem[] = {__VA_ARGS__}; \
  }                                                                \
  extern const ::onnxifi::OpTable kOps_##stem;                     \
  const ::onnxifi::OpTable kOps_##stem = {kKernels_##stem,         \
                                          std::size(kKernels_##stem)}

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OP_KERNEL_H_
