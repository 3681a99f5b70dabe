#include "partitioner/picture.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

constexpr int kWidth = 150;
constexpr int kHeight = 34;
constexpr int kStepX = 170;
constexpr int kStepY = 64;
constexpr int kMargin = 20;
constexpr size_t kShownCharacters = 20;

// The first is the host's.
constexpr std::array<const char*, 8> kColours = {
    "#d9d9d9", "#a6cee3", "#b2df8a", "#fdbf6f",
    "#cab2d6", "#fb9a99", "#ffff99", "#8dd3c7"};

const char* ColourOf(int32_t device) {
  return kColours[static_cast<size_t>(device) % kColours.size()];
}

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
  }
  return out;
}

// No more than fits into a box; UTF-8 sequences stay whole.
std::string Shorten(std::string_view text) {
  if (text.size() <= kShownCharacters) return std::string(text);
  size_t end = kShownCharacters - 2;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return StrCat(text.substr(0, end), "..");
}

struct Place {
  int x = 0;
  int y = 0;
};

class Picture {
 public:
  Picture(const graph::Graph& graph, const Placing& placing,
          std::span<const std::string> names)
      : graph_(graph),
        placing_(placing),
        names_(names),
        reads_(graph::Reads(graph)),
        producers_(graph::Producers(graph)) {}

  std::string Draw() {
    Arrange();
    std::string page =
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>";
    page += Escape(graph_.name);
    page +=
        "</title><style>body{font:13px sans-serif}text{font:11px "
        "sans-serif}line{stroke:#999}line.move{stroke:#c00;stroke-width:3}"
        "rect{stroke:#555}</style></head><body>\n";
    page += Legend();
    page += StrCat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width_,
                   "\" height=\"", height_, "\">\n");
    for (size_t n = 0; n < graph_.nodes.size(); ++n) AddLines(n, &page);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) AddBox(n, &page);
    return page + "</svg></body></html>\n";
  }

 private:
  // Each node one row below the last that it reads from.
  void Arrange() {
    std::vector<size_t> row(graph_.nodes.size(), 0);
    std::vector<int> taken;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      for (const graph::ValueId id : reads_[n]) {
        const int32_t from = producers_[static_cast<size_t>(id)];
        if (from >= 0) {
          row[n] = std::max(row[n], row[static_cast<size_t>(from)] + 1);
        }
      }
      if (taken.size() <= row[n]) taken.resize(row[n] + 1, 0);
      places_.push_back({kMargin + kStepX * taken[row[n]]++,
                         kMargin + kStepY * static_cast<int>(row[n])});
      width_ = std::max(width_, places_.back().x + kWidth + kMargin);
      height_ = std::max(height_, places_.back().y + kHeight + kMargin);
    }
  }

  int32_t DeviceOf(size_t node) const {
    const int32_t op = placing_.problem.op_of[node];
    return placing_.placement.home[static_cast<size_t>(op)];
  }

  const std::string& NameOf(int32_t device) const {
    return names_[static_cast<size_t>(device)];
  }

  std::string Legend() const {
    std::string out = "<p>";
    for (size_t d = 0; d < names_.size(); ++d) {
      out += StrCat(
          "<span style=\"background:", ColourOf(static_cast<int32_t>(d)),
          ";padding:2px 8px;margin-right:8px\">", Escape(names_[d]), "</span>");
    }
    return out + StrCat("estimated ", placing_.cost.Total() / 1000, " us in ",
                        placing_.plan.runs.size(), " parts, ",
                        placing_.plan.transfers.size(), " copies</p>\n");
  }

  void AddLines(size_t n, std::string* page) const {
    for (const graph::ValueId id : reads_[n]) {
      const int32_t producer = producers_[static_cast<size_t>(id)];
      if (producer < 0) continue;
      const auto from = static_cast<size_t>(producer);
      const bool moves = DeviceOf(from) != DeviceOf(n);
      *page += StrCat(
          "<line", moves ? " class=\"move\"" : "", " x1=\"",
          places_[from].x + kWidth / 2, "\" y1=\"", places_[from].y + kHeight,
          "\" x2=\"", places_[n].x + kWidth / 2, "\" y2=\"", places_[n].y,
          "\"><title>", Escape(graph_.value(id).name), "</title></line>\n");
    }
  }

  void AddBox(size_t n, std::string* page) const {
    const graph::Node& node = graph_.nodes[n];
    const int32_t device = DeviceOf(n);
    std::string told =
        StrCat(node.name, " (", node.op_type, ") on ", NameOf(device));
    const Problem& problem = placing_.problem.problem;
    for (int32_t d = 0; d < problem.devices; ++d) {
      const Ns ns = problem.ExecNs(placing_.problem.op_of[n], d);
      told += StrCat("; ", NameOf(d), ": ",
                     ns == kCannot ? std::string("cannot") : StrCat(ns, " ns"));
    }
    if (placing_.IsSplit(n)) told += "; its bodies are shared";
    const Place& at = places_[n];
    *page += StrCat("<g><title>", Escape(told), "</title><rect x=\"", at.x,
                    "\" y=\"", at.y, "\" width=\"", kWidth, "\" height=\"",
                    kHeight, "\" rx=\"4\" fill=\"", ColourOf(device),
                    "\"/><text x=\"", at.x + 6, "\" y=\"", at.y + 14, "\">",
                    Escape(Shorten(node.op_type)), "</text><text x=\"",
                    at.x + 6, "\" y=\"", at.y + 28, "\" fill=\"#555\">",
                    Escape(Shorten(node.name)), "</text></g>\n");
  }

  const graph::Graph& graph_;
  const Placing& placing_;
  const std::span<const std::string> names_;
  const std::vector<std::vector<graph::ValueId>> reads_;
  const std::vector<int32_t> producers_;
  std::vector<Place> places_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::string DrawPlacing(const graph::Graph& graph, const Placing& placing,
                        std::span<const std::string> names) {
  return Picture(graph, placing, names).Draw();
}

}  // namespace onnxifi::partitioner
