#ifndef ONNXIFI_PARTITIONER_PICTURE_H_
#define ONNXIFI_PARTITIONER_PICTURE_H_

#include <span>
#include <string>

#include "graph/graph.h"
#include "partitioner/placer.h"

namespace onnxifi::partitioner {

// A page that shows a placed graph: a box for each node in the colour of its
// device, inputs above and results below, lines that cross devices thick, times
// when the pointer rests on a box. One HTML file with an SVG in it and nothing
// from elsewhere; names are escaped. `names` are those of the problem's
// devices. Requires a placing in which something was decided.
std::string DrawPlacing(const graph::Graph& graph, const Placing& placing,
                        std::span<const std::string> names);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PICTURE_H_
