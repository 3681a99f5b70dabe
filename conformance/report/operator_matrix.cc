#include "conformance/report/operator_matrix.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/model_info.h"
#include "conformance/cases/model_facts.h"
#include "graph/tensor_type.h"

namespace onnxifi::conformance {
namespace {

struct Cell {
  std::string op;  // empty: not told
  std::string type;
};

const client::ValueInfo* Innermost(const client::ValueInfo* value) {
  while (!value->elements.empty()) value = &value->elements.front();
  return value;
}

// Functions that are spelled out test no operator by itself.
Cell CellOf(const ArchivedCase& archived) {
  const Result<ModelFacts> facts = ReadModelFacts(archived.model);
  const Result<client::ModelInfo> info = client::ReadModelInfo(archived.model);
  if (!facts.ok() || facts->operators.size() != 1 || !info.ok()) return {};
  const auto& values = info->inputs.empty() ? info->outputs : info->inputs;
  if (values.empty()) return {};
  return {*facts->operators.begin(),
          graph::DataTypeName(Innermost(&values.front())->type)};
}

bool IsType(const std::string& word) {
  for (int i = 1; i <= static_cast<int>(graph::DataType::kInt2); ++i) {
    if (word == graph::DataTypeName(static_cast<graph::DataType>(i))) {
      return true;
    }
  }
  return false;
}

constexpr std::string_view kEdge = "edge/";

// "conv", "transpose", "float32" of "edge/conv_transpose_float32".
std::vector<std::string> EdgeWords(const std::string& test) {
  std::vector<std::string> words;
  if (test.rfind(kEdge, 0) != 0) return words;
  std::string word;
  for (const char c : test.substr(kEdge.size()) + "_") {
    if (c != '_' && c != '/') {
      word += c;
      continue;
    }
    if (!word.empty()) words.push_back(word);
    word.clear();
  }
  return words;
}

// Operators by their names in lower case without '_'.
using Known = std::map<std::string, std::string>;

std::string Lower(const std::string& op) {
  std::string out;
  for (const char c : op) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (c != '_') {
      out += c;
    }
  }
  return out;
}

// The words in front of the type name an operator, where no case does:
// "conv_groups_float32" is of Conv.
void Learn(const std::vector<std::string>& words, const Known& of_cases,
           Known* known) {
  std::string op;
  for (const std::string& word : words) {
    if (IsType(word)) {
      if (!op.empty()) known->emplace(Lower(op), op);
      return;
    }
    op += (op.empty() ? "" : "_") + word;
    if (of_cases.count(Lower(op)) != 0) return;
  }
}

// The longest operator that the words begin with, and the first type.
Cell CellOf(const std::vector<std::string>& words, const Known& known) {
  Cell cell{"", "not told"};
  std::string op;
  for (const std::string& word : words) {
    op += word;
    const auto found = known.find(op);
    if (found != known.end()) cell.op = found->second;
  }
  const auto type = std::find_if(words.begin(), words.end(), &IsType);
  if (type != words.end()) cell.type = *type;
  return cell;
}

}  // namespace

OperatorMatrix MakeMatrix(const Results& results, const CaseArchive* archive) {
  std::unordered_map<std::string, Cell> cells;
  Known known;
  if (archive != nullptr) {
    for (const ArchivedCase& each : archive->cases()) {
      const Cell& cell = cells[each.name] = CellOf(each);
      if (!cell.op.empty()) known.emplace(Lower(cell.op), cell.op);
    }
  }
  const Known of_cases = known;
  for (const Record& record : results.records) {
    Learn(EdgeWords(record.test), of_cases, &known);
  }
  OperatorMatrix matrix;
  for (const Record& record : results.records) {
    const auto found = cells.find(record.test);
    const Cell cell = found != cells.end()
                          ? found->second
                          : CellOf(EdgeWords(record.test), known);
    if (cell.op.empty()) continue;
    matrix.types.insert(cell.type);
    MatrixCell& counts = matrix.rows[cell.op][cell.type];
    if (record.outcome == Outcome::PASS) {
      ++counts.passed;
    } else if (Certifies(record.outcome)) {
      ++counts.refused;
    } else {
      ++counts.wrong;
    }
  }
  return matrix;
}

}  // namespace onnxifi::conformance
