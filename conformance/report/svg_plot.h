#ifndef ONNXIFI_CONFORMANCE_REPORT_SVG_PLOT_H_
#define ONNXIFI_CONFORMANCE_REPORT_SVG_PLOT_H_

#include <string>
#include <vector>

namespace onnxifi::conformance {

// One part of a bar, or one column; `style` is a class of the page.
struct PlotPart {
  std::string label;
  size_t count = 0;
  std::string style;
};

// A bar whose parts are as wide as their counts.
std::string PlotBar(const std::vector<PlotPart>& parts);

// Columns side by side, each with its count above and its label below.
std::string PlotColumns(const std::vector<PlotPart>& parts,
                        const std::string& title);

// How many of `values` lie in each decade, from below 10^first to 10^last and
// above, as columns. Numbers that are none come last.
std::vector<PlotPart> Decades(const std::vector<double>& values, int first,
                              int last, const std::string& style);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_SVG_PLOT_H_
