#ifndef ONNXIFI_GRAPH_ANNOTATE_H_
#define ONNXIFI_GRAPH_ANNOTATE_H_

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// An entry of metadata_props: what a file tells people and tools about a model
// or a node, without meaning for a run. Valid UTF-8.
struct Property {
  std::string key;
  std::string value;
};

struct Annotations {
  // Entries whose keys start with it are taken out first, so that a file can be
  // annotated again. Not empty.
  std::string prefix;
  std::vector<Property> model;
  // [node of the main graph, in the file's order]
  std::vector<std::vector<Property>> nodes;
};

// Takes the next bytes of a file; its failure ends the writing.
using ByteSink = std::function<Status(Bytes)>;

// Copies a serialized ModelProto to `sink` with the annotations in it. Every
// other field stays as it is, byte by byte and in its place, known or not; no
// copy of the model is made. INVALID_PROTOBUF for bytes that are no message or
// a result above protobuf's 2 GiB, INVALID_MODEL for another number of graphs
// or nodes than there are annotations for.
Status WriteAnnotated(Bytes model, const Annotations& annotations,
                      const ByteSink& sink);

// The files that hold tensors of the model, as it names them: each once, in the
// order of their names. Looks into bodies and functions, too.
Result<std::vector<std::string>> ExternalFiles(Bytes model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_ANNOTATE_H_
