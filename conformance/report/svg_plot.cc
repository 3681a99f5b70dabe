#include "conformance/report/svg_plot.h"

#include <algorithm>
#include <cmath>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/report/markup.h"

namespace onnxifi::conformance {
namespace {

constexpr double kWidth = 720;
constexpr double kColumnHeight = 90;

std::string Rectangle(double x, double y, double width, double height,
                      const PlotPart& part) {
  const auto number = [](double value) { return client::FixedText(value, 2); };
  return StrCat("<rect x=\"", number(x), "\" y=\"", number(y), "\" width=\"",
                number(width), "\" height=\"", number(height), "\" class=\"",
                MarkupText(part.style), "\"><title>", MarkupText(part.label),
                ": ", part.count, "</title></rect>");
}

std::string Label(double x, double y, const std::string& text) {
  return StrCat("<text x=\"", client::FixedText(x, 2), "\" y=\"",
                client::FixedText(y, 2), "\">", MarkupText(text), "</text>");
}

std::string Open(double height, const std::string& title) {
  return StrCat("<svg viewBox=\"0 0 ", static_cast<int>(kWidth), " ",
                static_cast<int>(height), "\" role=\"img\"><title>",
                MarkupText(title), "</title>");
}

}  // namespace

std::string PlotBar(const std::vector<PlotPart>& parts) {
  size_t all = 0;
  for (const PlotPart& part : parts) all += part.count;
  std::string out = Open(18, "outcomes");
  double x = 0;
  for (const PlotPart& part : parts) {
    const double width = kWidth * static_cast<double>(part.count) /
                         static_cast<double>(std::max<size_t>(all, 1));
    out += Rectangle(x, 0, width, 18, part);
    x += width;
  }
  return out + "</svg>\n";
}

std::string PlotColumns(const std::vector<PlotPart>& parts,
                        const std::string& title) {
  size_t most = 1;
  for (const PlotPart& part : parts) most = std::max(most, part.count);
  const double step =
      kWidth / static_cast<double>(std::max<size_t>(parts.size(), 1));
  std::string out = Open(kColumnHeight + 36, title);
  for (size_t i = 0; i < parts.size(); ++i) {
    const double height = kColumnHeight * static_cast<double>(parts[i].count) /
                          static_cast<double>(most);
    const double x = static_cast<double>(i) * step;
    const double top = 14 + kColumnHeight - height;
    out += Rectangle(x + 4, top, step - 8, height, parts[i]);
    out += Label(x + step / 2, top - 3, StrCat(parts[i].count));
    out += Label(x + step / 2, kColumnHeight + 30, parts[i].label);
  }
  return out + "</svg>\n";
}

std::vector<PlotPart> Decades(const std::vector<double>& values, int first,
                              int last, const std::string& style) {
  std::vector<PlotPart> parts;
  for (int i = first; i <= last; ++i) {
    parts.push_back({StrCat("≤ 1e", i), 0, style});
  }
  parts.push_back({StrCat("> 1e", last), 0, style});
  parts.push_back({"no number", 0, style});
  for (const double value : values) {
    if (std::isnan(value)) {
      ++parts.back().count;
      continue;
    }
    size_t i = 0;
    while (i + 2 < parts.size() &&
           value > std::pow(10.0, first + static_cast<int>(i))) {
      ++i;
    }
    ++parts[i].count;
  }
  if (parts.back().count == 0) parts.pop_back();
  return parts;
}

}  // namespace onnxifi::conformance
