#ifndef ONNXIFI_BACKENDS_COMMON_EVALUATE_CONTEXT_H_
#define ONNXIFI_BACKENDS_COMMON_EVALUATE_CONTEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/common/run_value.h"

namespace onnxifi {

// What an evaluate kernel sees of one node during a run, and where it puts its
// results. Used for operators that cannot be planned before the run: shapes
// that follow from data, strings that are made, sequences, optionals and maps,
// bodies. Lives for one call, on one thread.
class EvaluateContext : public NodeView {
 public:
  using NodeView::NodeView;
  virtual ~EvaluateContext() = default;

  // Requires HasInput(i).
  virtual const RunValue& in(size_t i) const = 0;
  // Input i as a tensor; an error that names it when it is something else.
  Result<const graph::TensorData*> Tensor(size_t i) const;
  // The same, and its elements are of this type.
  Result<const graph::TensorData*> Tensor(size_t i, graph::DataType type) const;
  // Input i as a list of integers (int32 or int64 elements).
  Result<std::vector<int64_t>> Ints(size_t i) const;

  // Must be called once for every output that HasOutput; others are ignored.
  virtual void SetOutput(size_t i, RunValue value) = 0;
  // Makes output i a new zeroed tensor and returns where to write it.
  template <typename T>
  Result<T*> MakeOutput(size_t i, graph::DataType type, graph::Shape dims) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                             graph::MakeTensor(type, std::move(dims)));
    SetOutput(i, RunValue::Tensor(std::move(made.tensor)));
    return static_cast<T*>(made.data);
  }
  // Makes output i a tensor of these strings.
  void SetStrings(size_t i, std::vector<std::string> strings,
                  graph::Shape dims) {
    SetOutput(i, RunValue::Tensor(graph::MakeStringTensor(std::move(strings),
                                                          std::move(dims))));
  }

  // Runs the body in this graph attribute: one value per body input in, one
  // per body output back. What the body captures is passed by itself.
  virtual Result<std::vector<RunValue>> RunBody(
      std::string_view attribute, std::vector<RunValue> inputs) = 0;

  // Per compiled graph; for what is expensive to derive from attributes.
  virtual PackCache& packed() = 0;
  virtual ThreadPool& pool() = 0;

  // An error with the node's operator and name in front.
  Status Error(onnxStatus code, std::string_view text) const;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_EVALUATE_CONTEXT_H_
