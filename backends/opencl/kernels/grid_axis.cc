#include "backends/opencl/kernels/grid_axis.h"

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Folds variable `x` at the borders until it lies between them.
std::string ReflectText(const GridRule& rule, const std::string& x,
                        int64_t size) {
  const std::string low = rule.align_corners ? "0" : "-0.5f";
  const int64_t range = rule.align_corners ? size - 1 : size;
  if (range <= 0) return StrCat(x, " = ", low, ";\n");
  return StrCat("{\n      ", rule.type, " d = fmod(fabs(", x, " - (", low,
                ")), (", rule.type, ")", 2 * range, ");\n      if (d > ", range,
                ") d = ", 2 * range, " - d;\n      ", x, " = ", low,
                " + d;\n    }\n");
}

// The position `x` along an axis, from a coordinate between -1 and 1.
std::string PositionText(const GridRule& rule, int64_t size) {
  const std::string low = rule.align_corners ? "0" : "-0.5f";
  const std::string high = rule.align_corners ? std::to_string(size - 1)
                                              : StrCat(size - 1, " + 0.5f");
  // Not a number, or so far out that nothing there can be read.
  std::string text = StrCat(
      rule.align_corners ? StrCat("    x = (x + 1) / 2 * ", size - 1, ";\n")
                         : StrCat("    x = ((x + 1) * ", size, " - 1) / 2;\n"),
      "    if (!(fabs(x) < 1e9f)) x = x > 0 ? 1e9f : -1e9f;\n");
  if (rule.mode == GridMode::kNearest) text += "    x = rint(x);\n";
  if (rule.padding == GridPadding::kZeros) return text;
  text += StrCat("    if (x < ", low, " || x > ", high, ") ");
  return text + (rule.padding == GridPadding::kReflection
                     ? ReflectText(rule, "x", size)
                     : StrCat("x = clamp(x, (", rule.type, ")0, (", rule.type,
                              ")", size - 1, ");\n"));
}

// Weights `w` of the taps around x; the cubic ones are Keys' with a = -3/4, as
// products, as its powers of x would cancel.
std::string WeightText(const GridRule& rule, const std::string& w) {
  switch (rule.mode) {
    case GridMode::kNearest:
      return StrCat("    ", w, "[0] = 1;\n");
    case GridMode::kLinear:
      return StrCat("    ", w, "[0] = 1 - t;\n    ", w, "[1] = t;\n");
    case GridMode::kCubic:
      return StrCat("    ", w, "[0] = -0.75f * t * u * u;\n    ", w,
                    "[1] = u * (1 + t - 1.25f * t * t);\n    ", w,
                    "[2] = t * (1 + u - 1.25f * u * u);\n    ", w,
                    "[3] = -0.75f * u * t * t;\n");
  }
  return "";
}

}  // namespace

bool ParseGridRule(const NodeView& node, GridRule* rule) {
  const auto mode = node.attrs().String("mode", "linear");
  if (mode == "nearest") {
    rule->mode = GridMode::kNearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    rule->mode = GridMode::kCubic;
  } else if (mode != "linear" && mode != "bilinear") {
    return false;
  }
  const auto padding = node.attrs().String("padding_mode", "zeros");
  if (padding == "border") {
    rule->padding = GridPadding::kBorder;
  } else if (padding == "reflection") {
    rule->padding = GridPadding::kReflection;
  } else if (padding != "zeros") {
    return false;
  }
  rule->align_corners = node.attrs().Int("align_corners", 0) != 0;
  return true;
}

std::string GridAxisText(const GridRule& rule, graph::DataType grid,
                         size_t axis, size_t at, int64_t size) {
  const std::string n = std::to_string(axis);
  const int taps = rule.taps();
  std::string text =
      StrCat("    long i", n, "[", taps, "];\n    ", rule.type, " w", n, "[",
             taps, "];\n    {\n    ", rule.type,
             " x = ", LoadText(grid, "grid", StrCat("(point + ", at, ")")),
             ";\n", PositionText(rule, size), "    const ", rule.type,
             " t = x - floor(x), u = 1 - t;\n", WeightText(rule, "w" + n),
             "    for (int k = 0; k < ", taps, "; ++k) {\n",
             "      long e = (long)floor(x) + k", taps == 4 ? " - 1" : "",
             ";\n      if (e < 0 || e >= ", size, ") {\n");
  const std::string clamped = StrCat("clamp(e, 0L, ", size - 1, "L)");
  if (rule.padding == GridPadding::kZeros) text += "      e = -1;\n";
  if (rule.padding == GridPadding::kBorder) {
    text += StrCat("      e = ", clamped, ";\n");
  }
  if (rule.padding == GridPadding::kReflection) {
    text += StrCat("      ", rule.type, " f = e;\n      ",
                   ReflectText(rule, "f", size),
                   "      e = (long)f;\n      e = ", clamped, ";\n");
  }
  return StrCat(text, "      }\n      i", n, "[k] = e;\n    }\n",
                "    (void)t;\n    (void)u;\n    }\n");
}

}  // namespace onnxifi::opencl
