#ifndef ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_
#define ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/op_kernel.h"

namespace onnxifi {

// The way in which a backend runs a node.
struct OpChoice {
  enum class Mode : uint8_t {
    kNone,       // not at all
    kPlanned,    // as a step of a flat program
    kLate,       // planned during the run, for the inputs that are there
    kEvaluated,  // by the kernel's evaluate
  };
  Mode mode = Mode::kNone;
  const OpKernel* kernel = nullptr;  // of a late node: decided during the run

  bool supported() const { return mode != Mode::kNone; }
};

// The model does not tell the type of a tensor that the node reads.
bool HasUntypedInput(const NodeView& node);

// Finds kernels by (domain, operator, opset). Built once per backend from the
// generated table; immutable and thread-safe afterwards.
class OpRegistry {
 public:
  // `tables` ends with nullptr.
  explicit OpRegistry(const OpTable* const* tables);

  // The first kernel, in table order, whose opset range holds and whose
  // supports() accepts. On refusal *why gets the most specific reason.
  const OpKernel* Find(const NodeView& node, Reject* why) const;

  // How the node can be run when the graph may run value by value.
  OpChoice Choose(const NodeView& node, Reject* why) const;

  // Choose for the node and for everything in its bodies.
  Reject Supports(const NodeView& node) const;

 private:
  static std::string Key(std::string_view domain, std::string_view op);
  const std::vector<const OpKernel*>* KernelsOf(const graph::Node& node) const;
  std::unordered_map<std::string, std::vector<const OpKernel*>> kernels_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OP_TABLE_H_
