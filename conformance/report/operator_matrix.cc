#include "conformance/report/operator_matrix.h"

#include <iterator>
#include <unordered_map>

#include "base/str_cat.h"
#include "client/model_info.h"
#include "graph/tensor_type.h"
#include "graph/wire_reader.h"

namespace onnxifi::conformance {
namespace {

using graph::WireField;
using graph::WireReader;

// Numbers of fields in ONNX's messages.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphNode = 1;
constexpr uint32_t kNodeOpType = 4;
constexpr uint32_t kNodeDomain = 7;

struct Cell {
  std::string op;  // empty: not told
  std::string type;
};

// Calls `take` with every field of the number.
template <typename Take>
void ForEach(graph::Bytes message, uint32_t number, const Take& take) {
  WireReader reader(message);
  while (!reader.done()) {
    WireField field;
    if (!reader.Next(&field).ok()) return;
    if (field.number == number && field.type == graph::WireType::kBytes) {
      take(field.bytes);
    }
  }
}

// "Conv", "ai.onnx.ml:Scaler" of a model with one node; empty for others: the
// functions that are spelled out test no operator by itself.
std::string OnlyOperator(std::span<const std::byte> model) {
  size_t nodes = 0;
  std::string op;
  ForEach(model, kModelGraph, [&](graph::Bytes body) {
    ForEach(body, kGraphNode, [&](graph::Bytes node) {
      ++nodes;
      std::string domain;
      std::string name;
      ForEach(node, kNodeOpType,
              [&](graph::Bytes text) { name = graph::Text(text); });
      ForEach(node, kNodeDomain,
              [&](graph::Bytes text) { domain = graph::Text(text); });
      const bool own = domain.empty() || domain == "ai.onnx";
      op = own ? name : StrCat(domain, ":", name);
    });
  });
  return nodes == 1 ? op : "";
}

const client::ValueInfo* Innermost(const client::ValueInfo* value) {
  while (!value->elements.empty()) value = &value->elements.front();
  return value;
}

Cell CellOf(const ArchivedCase& archived) {
  Cell cell{OnlyOperator(archived.model), ""};
  const Result<client::ModelInfo> info = client::ReadModelInfo(archived.model);
  if (cell.op.empty() || !info.ok()) return {};
  const auto& values = info->inputs.empty() ? info->outputs : info->inputs;
  if (values.empty()) return {};
  cell.type = graph::DataTypeName(Innermost(&values.front())->type);
  return cell;
}

bool IsType(const std::string& word) {
  for (int i = 1; i <= static_cast<int>(graph::DataType::kInt2); ++i) {
    if (word == graph::DataTypeName(static_cast<graph::DataType>(i))) {
      return true;
    }
  }
  return false;
}

// "edge/relu/float16/nan", "edge/relu/nan_float16": the operator comes first,
// the type is a word of its own.
Cell CellOf(const std::string& test) {
  constexpr char kPrefix[] = "edge/";
  if (test.rfind(kPrefix, 0) != 0) return {};
  const size_t begin = std::size(kPrefix) - 1;
  const size_t end = test.find('/', begin);
  if (end == std::string::npos) return {};
  Cell cell{test.substr(begin, end - begin), "not told"};
  std::string word;
  for (const char c : test.substr(end) + "/") {
    if (c != '/' && c != '_') {
      word += c;
      continue;
    }
    if (IsType(word)) cell.type = word;
    word.clear();
  }
  return cell;
}

}  // namespace

OperatorMatrix MakeMatrix(const Results& results, const CaseArchive* archive) {
  std::unordered_map<std::string, const ArchivedCase*> cases;
  if (archive != nullptr) {
    for (const ArchivedCase& each : archive->cases()) cases[each.name] = &each;
  }
  OperatorMatrix matrix;
  for (const Record& record : results.records) {
    const auto found = cases.find(record.test);
    const Cell cell =
        found != cases.end() ? CellOf(*found->second) : CellOf(record.test);
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
