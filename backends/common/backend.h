#ifndef ONNXIFI_BACKENDS_COMMON_BACKEND_H_
#define ONNXIFI_BACKENDS_COMMON_BACKEND_H_

#include <onnxifi/onnxifi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/common/device_memory.h"
#include "backends/common/reject_reason.h"
#include "backends/common/run_value.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi {

class NodeView;

// The answers to onnxGetBackendInfo. 0 in an optional number means "query
// not supported".
struct BackendInfo {
  std::string name;  // at most 49 bytes
  std::string vendor;
  std::string version;
  std::string device;          // at most 63 bytes
  std::string ir_versions;     // "3 4 5 ..."
  std::string opset_versions;  // "ai.onnx:28 ..."
  uint64_t device_type = ONNXIFI_DEVICE_TYPE_CPU;
  uint64_t capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE;
  // Bits of ONNXIFI_MEMORY_TYPE_* that memory()->Wrap takes.
  uint64_t memory_types = 0;
  uint64_t memory_size = 0;
  uint64_t max_graph_size = 0;
  uint64_t max_graph_count = 0;
  uint64_t macs_fp32 = 0;
  uint64_t macs_fp16 = 0;
  uint64_t memory_bandwidth = 0;
  uint64_t cpu_read_bandwidth = 0;
  uint64_t cpu_write_bandwidth = 0;
  uint64_t opencl_platform_id = 0;
  uint64_t opencl_device_id = 0;
};

// What an application runs its own commands with, to be shared by a backend.
struct NativeHandles {
  std::optional<uint64_t> cuda_stream;     // ONNXIFI_BACKEND_CUDA_STREAM
  std::optional<uint64_t> opencl_context;  // ONNXIFI_BACKEND_OPENCL_CONTEXT
  // ONNXIFI_BACKEND_PROPERTY_OPENCL_QUEUE
  std::optional<uint64_t> opencl_queue;
  bool any() const {
    return cuda_stream.has_value() || opencl_context.has_value() ||
           opencl_queue.has_value();
  }
};

// A graph compiled for one set of input shapes. Not thread-safe: the glue
// never runs one object from two threads at once.
class Executable {
 public:
  virtual ~Executable() = default;
  // Concrete shapes of the graph's outputs, in model order.
  virtual const std::vector<graph::Shape>& output_shapes() const = 0;
  // Element types of the outputs; empty when the model's declaration holds.
  virtual std::span<const graph::DataType> output_types() const { return {}; }
  // Reads dense inputs, writes dense outputs, any alignment, in model order.
  // Synchronous; allocates nothing. SUCCESS, or the status of the failure.
  virtual onnxStatus Run(std::span<const void* const> inputs,
                         std::span<void* const> outputs) = 0;
  // Memory that it holds between runs, without inputs, outputs and weights;
  // -1: not known.
  virtual int64_t workspace_bytes() const { return -1; }
};

// Lives as long as one run of a graph that runs value by value, and longer
// than what that run returns: owners of characters that strings refer to.
struct RunScope {
  std::vector<std::shared_ptr<const void>> keep;
};

// A graph that the backend accepted: weights packed, kernels chosen as far as
// shapes allow. Specialize is called under the graph's lock.
class CompiledGraph {
 public:
  virtual ~CompiledGraph() = default;
  // The executable for these input shapes; kept by the caller, which caches
  // it by shape. UNSUPPORTED_SHAPE/MISMATCHING_SHAPE when they cannot run.
  virtual Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) = 0;
  // Whether executables of it may run at the same time; RunValues may not. The
  // glue sees to it.
  virtual bool concurrent() const { return false; }
  // Options by which Compile makes the same graph again with less work, for
  // exports; they win over those that the graph was made with.
  virtual std::map<std::string, std::string> export_options() const {
    return {};
  }
  // Bytes of the weights as it keeps them; -1: not known.
  virtual int64_t weight_bytes() const { return -1; }
  // True for a graph whose output shapes follow from data or whose inputs and
  // outputs are not all tensors of numbers: it has RunValues and no
  // Specialize.
  virtual bool by_value() const { return false; }
  // Runs on values in model order and appends the outputs in model order.
  // Tensors of `inputs` need no owner: they are valid during the call, and so
  // may be what the outputs refer to. One call at a time.
  virtual Status RunValues(RunScope& scope, std::vector<RunValue> inputs,
                           std::vector<RunValue>* outputs);
};

// An option that a backend takes with a graph.
struct OptionInfo {
  std::string key;
  std::string default_value;
  std::string description;  // what it does, which values it takes
};

// For a plugin that has no backend to give: why, for people. The loader's
// report shows it. Called by what ONNXIFI_DEFINE_PLUGIN names.
void NoteNoBackends(const std::string& why);

// Options from onnxInitBackend/onnxInitGraph.
struct CompileOptions {
  uint64_t optimization = ONNXIFI_OPTIMIZATION_LOW_LATENCY;
  // Those of Backend::options() that the client has set; a backend checks the
  // values and answers INVALID_PROPERTY.
  std::map<std::string, std::string> values;
};

// What a backend says of one node of a graph.
struct NodeSupport {
  Reject reject;
  // Runs, but slower than the device's speed suggests.
  bool emulated = false;
  // Nodes of the same group, 0 or more, stay together; -1: free.
  int32_t group = -1;
  // Bit i: input i is read in host memory; bit 63: all from there.
  uint64_t host_inputs = 0;
  int64_t cost_ns = -1;          // of one run; -1: not known
  int64_t workspace_bytes = -1;  // -1: not known
};

// One device of one plugin: what a plugin author implements. All methods may
// be called from several threads at once.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual const BackendInfo& info() const = 0;
  // Refuses a node with a reason, or accepts it for good.
  virtual Reject Supports(const NodeView& node) const = 0;
  // The same for all nodes of a graph at once, in their order, with what else
  // is known of them. Without an override it asks Supports for each.
  virtual Result<std::vector<NodeSupport>> Query(
      const graph::Graph& graph) const;
  // False: every constant of a graph given to Compile is owned. True: large
  // ones may point into the caller's model or weights without an owner, at any
  // alignment, and are valid during Compile only.
  virtual bool takes_borrowed_constants() const { return false; }
  // The options that Compile knows.
  virtual std::vector<OptionInfo> options() const { return {}; }
  // What clients can allocate for inputs and outputs, or nullptr. The same each
  // time, as long as the backend. Without an override: the host's memory.
  virtual DeviceMemory* memory() const;
  // A backend of the same device, for one onnxInitBackend, that works with the
  // application's handles, of which there is at least one.
  // UNSUPPORTED_PROPERTY: not with such; INVALID_PROPERTY: not with these.
  virtual Result<std::unique_ptr<Backend>> Open(
      const NativeHandles& handles) const;
  // info() with what takes long to find out: the rates. Asked for only when a
  // client wants to know one of them. Without an override: info().
  virtual BackendInfo MeasuredInfo() const { return info(); }
  // Compiles a checked graph whose nodes Supports accepted and whose weights
  // are present. The graph is handed over.
  virtual Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) = 0;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_BACKEND_H_
