#ifndef ONNXIFI_TESTS_SIM_WRONG_RESULTS_H_
#define ONNXIFI_TESTS_SIM_WRONG_RESULTS_H_

#include "base/status.h"
#include "graph/graph.h"
#include "tests/sim/machine.h"

namespace onnxifi::sim {

// Puts an Add behind each node of the graph whose results the faults want to be
// wrong; nodes of bodies are left alone. UNSUPPORTED_DATATYPE for a node whose
// first output is no tensor of float32, float64, int32 or int64.
Status MakeResultsWrong(const Faults& faults, graph::Graph* graph);

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_WRONG_RESULTS_H_
