#include "backends/common/ops/einsum_equation.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

#include "backends/common/ops/op_util.h"

namespace onnxifi {

namespace {

using graph::Shape;

// Labels: letters are their code, dimensions of the ellipsis count from here.
constexpr int kEllipsis = 256;

using Labels = std::vector<int>;

// One term; an ellipsis stands for `hidden` dimensions (aligned to the last
// of the `most` that any term has). False for other characters.
bool ParseTerm(std::string_view term, int hidden, int most, Labels* labels) {
  for (size_t i = 0; i < term.size(); ++i) {
    if (std::isalpha(static_cast<unsigned char>(term[i])) != 0) {
      labels->push_back(static_cast<unsigned char>(term[i]));
    } else if (term.substr(i, 3) == "..." && hidden >= 0) {
      for (int k = most - hidden; k < most; ++k) {
        labels->push_back(kEllipsis + k);
      }
      i += 2;
      hidden = -1;  // only one ellipsis in a term
    } else {
      return false;
    }
  }
  return true;
}

bool HasEllipsis(std::string_view term) {
  return term.find("...") != std::string_view::npos;
}

std::vector<std::string> SplitTerms(const std::string& text) {
  std::vector<std::string> terms(1);
  for (const char c : text) {
    if (c == ',') {
      terms.emplace_back();
    } else {
      terms.back() += c;
    }
  }
  return terms;
}

// Without "->" the output is the ellipsis and every letter that occurs once,
// in alphabetical order.
std::string ImplicitOutput(const std::string& inputs) {
  std::map<char, int> seen;
  for (const char c : inputs) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) ++seen[c];
  }
  std::string out = HasEllipsis(inputs) ? "..." : "";
  for (const auto& [letter, count] : seen) {
    if (count == 1) out += letter;
  }
  return out;
}

// The labels' sizes: equal wherever they occur; 1 broadcasts.
bool Sizes(const std::vector<Labels>& labels, const std::vector<Shape>& inputs,
           std::map<int, int64_t>* sizes) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (labels[i].size() != inputs[i].size()) return false;
    for (size_t d = 0; d < inputs[i].size(); ++d) {
      const int64_t size = inputs[i][d];
      const auto [at, fresh] = sizes->emplace(labels[i][d], size);
      if (fresh || at->second == size || size == 1) continue;
      if (at->second != 1) return false;
      at->second = size;
    }
  }
  return true;
}

Shape StridesFor(const Labels& loop, const Labels& labels, const Shape& dims) {
  const Shape strides = RowMajorStrides(dims);
  Shape result(loop.size(), 0);
  for (size_t l = 0; l < loop.size(); ++l) {
    for (size_t d = 0; d < labels.size(); ++d) {
      // A label twice in one input walks its diagonal.
      if (labels[d] == loop[l] && dims[d] != 1) result[l] += strides[d];
    }
  }
  return result;
}

}  // namespace

bool ParseEinsum(std::string_view equation, const std::vector<Shape>& inputs,
                 EinsumLoops* loops) {
  std::string text(equation);
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  const std::string right = arrow == std::string::npos ? ImplicitOutput(left)
                                                       : text.substr(arrow + 2);
  const std::vector<std::string> terms = SplitTerms(left);
  if (terms.size() != inputs.size()) return false;
  std::vector<int> hidden(terms.size(), -1);
  int most = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (!HasEllipsis(terms[i])) continue;
    hidden[i] = static_cast<int>(inputs[i].size()) -
                static_cast<int>(terms[i].size()) + 3;
    if (hidden[i] < 0) return false;
    most = std::max(most, hidden[i]);
  }
  std::vector<Labels> labels(terms.size());
  for (size_t i = 0; i < terms.size(); ++i) {
    if (!ParseTerm(terms[i], hidden[i], most, &labels[i])) return false;
  }
  Labels out;
  std::map<int, int64_t> sizes;
  if (!ParseTerm(right, most, most, &out) || !Sizes(labels, inputs, &sizes)) {
    return false;
  }
  Labels summed;
  for (const auto& [label, size] : sizes) {
    if (std::find(out.begin(), out.end(), label) == out.end()) {
      summed.push_back(label);
      loops->summed.push_back(size);
    }
  }
  for (const int label : out) {
    const auto found = sizes.find(label);
    if (found == sizes.end()) return false;
    if (std::count(out.begin(), out.end(), label) != 1) return false;
    loops->out.push_back(found->second);
  }
  for (size_t i = 0; i < terms.size(); ++i) {
    loops->out_strides.push_back(StridesFor(out, labels[i], inputs[i]));
    loops->summed_strides.push_back(StridesFor(summed, labels[i], inputs[i]));
  }
  return true;
}

}  // namespace onnxifi
