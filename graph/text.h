#ifndef ONNXIFI_GRAPH_TEXT_H_
#define ONNXIFI_GRAPH_TEXT_H_

#include <string>
#include <string_view>

namespace onnxifi::graph {

// A text from a model, fit for a message: control characters and bytes that
// are not UTF-8 become \xNN, and what is above 200 bytes is cut.
std::string Printable(std::string_view text);

// Printable in single quotes.
std::string Quoted(std::string_view text);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_TEXT_H_
