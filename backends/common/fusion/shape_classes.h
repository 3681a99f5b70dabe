#ifndef ONNXIFI_BACKENDS_COMMON_FUSION_SHAPE_CLASSES_H_
#define ONNXIFI_BACKENDS_COMMON_FUSION_SHAPE_CLASSES_H_

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace onnxifi {

// Numbers for shapes: values with the same number have the same shape, as far as
// the model tells the truth. Values of different ones may have it, too.
class ShapeClasses {
 public:
  explicit ShapeClasses(const graph::Graph& graph);

  int Of(graph::ValueId id) const { return of_[static_cast<size_t>(id)]; }
  // Tells that output 0 of the node is broadcast from its inputs. In the order
  // of the nodes.
  void AddBroadcast(const graph::Node& node);

 private:
  bool IsScalar(graph::ValueId id) const;

  const graph::Graph& graph_;
  std::vector<int> of_;
  std::vector<bool> told_;  // by the model itself
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FUSION_SHAPE_CLASSES_H_
