#ifndef ONNXIFI_CONFORMANCE_MUTANTS_OUTPUT_WATCH_H_
#define ONNXIFI_CONFORMANCE_MUTANTS_OUTPUT_WATCH_H_

#include <map>
#include <mutex>
#include <vector>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {

// Remembers where the outputs (or inputs) of graphs and of their runs lie, so
// that a mutant can change them when a run is over. Thread-safe.
class OutputWatch {
 public:
  void Bound(onnxGraph graph, uint32_t count,
             const onnxTensorDescriptorV1* outputs);
  void Started(onnxGraph graph, onnxEvent done);
  // The outputs of the run behind the event; once.
  std::vector<Output> Take(onnxEvent done);
  // Nobody will ask for them any more.
  void ForgetGraph(onnxGraph graph);
  void ForgetRun(onnxEvent done);
  // Of the binding that the graph has now.
  std::vector<Output> Current(onnxGraph graph);

 private:
  std::mutex mutex_;
  std::map<onnxGraph, std::vector<Output>> bound_;    // guarded by mutex_
  std::map<onnxEvent, std::vector<Output>> running_;  // guarded by mutex_
};

// Bytes of one element of a type of descriptors; 0: unknown.
size_t ElementSize(uint64_t type);

}  // namespace onnxifi::mutants

#endif  // ONNXIFI_CONFORMANCE_MUTANTS_OUTPUT_WATCH_H_
