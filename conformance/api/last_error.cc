// onnxGetLastErrorFunction, an extension of interface 1.1.
#include <cstring>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/api/info_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// A session and the function, or the reason why there is none.
class ErrorTest {
 public:
  explicit ErrorTest(Test& test) : test_(test), session_(test) {
    if (!session_.ready()) return;
    get_ = session_.plugin().Extension<onnxGetLastErrorFunction>(
        session_.id(), ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME);
    if (get_ != nullptr) return;
    test.Count();
    test.Unsupported("the backend has no onnxGetLastErrorFunction");
  }
  bool ready() const { return get_ != nullptr; }
  onnxGetLastErrorFunction get() const { return get_; }
  Session& session() { return session_; }
  // The text, by the protocol of sizes.
  std::string Text() {
    size_t size = 0;
    CERTIFY_STATUS(test_, get_(nullptr, &size), ONNXIFI_STATUS_FALLBACK,
                   "text is NULL");
    CERTIFY_CHECK(test_, size > 0 && size < (size_t{1} << 20), "a text of ",
                  size, " bytes");
    if (size == 0 || size >= (size_t{1} << 20)) return "";
    std::string text(size, '?');
    CERTIFY_STATUS(test_, get_(text.data(), &size), ONNXIFI_STATUS_SUCCESS,
                   "room for the text");
    CERTIFY_CHECK(test_, size == text.size() && text.find('\0') == size - 1,
                  "the text does not end with one NUL that its size counts");
    text.pop_back();
    CERTIFY_CHECK(test_, IsUtf8(text), "the text is not valid UTF-8");
    return text;
  }
  void Refuse(onnxStatus want) {
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(nullptr), want,
                   "no graph");
  }

 private:
  Test& test_;
  Session session_;
  onnxGetLastErrorFunction get_ = nullptr;
};

void Sizes(Test& test) {
  ErrorTest t(test);
  if (!t.ready()) return;
  t.Refuse(ONNXIFI_STATUS_INVALID_GRAPH);
  const std::string text = t.Text();
  const size_t exact = text.size() + 1;
  CERTIFY_CHECK(test, !text.empty(), "there is no text after a refusal");
  for (const size_t given :
       {size_t{0}, size_t{1}, exact - 1, exact, exact + 1, exact + 100}) {
    std::string memory(exact + 200, '#');
    size_t size = given;
    const bool fits = given >= exact;
    CERTIFY_STATUS(test, t.get()(memory.data(), &size),
                   fits ? ONNXIFI_STATUS_SUCCESS : ONNXIFI_STATUS_FALLBACK,
                   "a text of ", exact, " bytes, room for ", given);
    CERTIFY_CHECK(test, size == exact, "size ", size, ", not ", exact);
    const size_t written = fits ? exact : 0;
    CERTIFY_CHECK(
        test, memory.find_first_not_of('#', written) == std::string::npos,
        "bytes have changed that are not the text's, room for ", given);
  }
  CERTIFY_STATUS(test, t.get()(nullptr, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "size is NULL");
}

// Neither success nor asking takes it away.
void StaysUntilTheNextFailure(Test& test) {
  ErrorTest t(test);
  if (!t.ready()) return;
  t.Refuse(ONNXIFI_STATUS_INVALID_GRAPH);
  const std::string text = t.Text();
  CERTIFY_CHECK(test, t.Text() == text, "asking has changed the text");
  CERTIFY_REQUIRE(test, t.session().NewSignalledEvent() != nullptr, "no event");
  size_t count = 0;
  CERTIFY_STATUS(test, test.plugin().onnxGetBackendIDs(nullptr, &count),
                 ONNXIFI_STATUS_FALLBACK, "without an array");
  CERTIFY_CHECK(test, t.Text() == text, "a call that succeeds has changed it");
  size_t size = 0;
  CERTIFY_STATUS(
      test,
      test.plugin().onnxGetBackendInfo(t.session().id(), 9, nullptr, &size),
      ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, "selector 9");
  CERTIFY_CHECK(test, t.Text() != text,
                "two different failures have the same text: '", text, "'");
}

void EachThreadHasItsOwn(Test& test) {
  ErrorTest t(test);
  if (!t.ready()) return;
  t.Refuse(ONNXIFI_STATUS_INVALID_GRAPH);
  const std::string text = t.Text();
  size_t size = 77;
  onnxStatus status = -1;
  onnxStatus refused = -1;
  std::thread([&] {
    status = t.get()(nullptr, &size);
    refused = test.plugin().onnxReleaseBackendID(nullptr);
  }).join();
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_FALLBACK && size == 1,
                "a thread without failures has a text of ", size,
                " bytes: ", StatusText(status));
  CERTIFY_CHECK(test, refused == ONNXIFI_STATUS_INVALID_ID, StatusText(refused),
                " for no backend ID");
  CERTIFY_CHECK(test, t.Text() == text,
                "the failure of another thread has changed the text");
}

// A text that helps names what it is about.
void NamesWhatIsWrong(Test& test) {
  ErrorTest t(test);
  if (!t.ready()) return;
  const ProbeModel* probe = t.session().model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  onnxGraph graph = t.session().NewGraph(PairModel(probe->op));
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  float data[6] = {};
  const onnxTensorDescriptorV1 in = SixFloats("x", data);
  const onnxTensorDescriptorV1 out[] = {SixFloats("y", data),
                                        SixFloats("z", data)};
  const onnxTensorDescriptorV1 both[] = {in, SixFloats("a_strange_name", data)};
  CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 1, &in, 2, out),
                 ONNXIFI_STATUS_UNIDENTIFIED_NAME, "input w is missing");
  CERTIFY_CHECK(test, t.Text().find('w') != std::string::npos,
                "the text does not name the missing input: ", t.Text());
  const onnxStatus status =
      test.plugin().onnxSetGraphIO(graph, 2, both, 2, out);
  CERTIFY_CHECK(test, !Accepted(status), "a strange name is accepted");
  CERTIFY_CHECK(test,
                status != ONNXIFI_STATUS_INVALID_NAME ||
                    t.Text().find("a_strange_name") != std::string::npos,
                "the text does not name the tensor: ", t.Text());
}

}  // namespace

void AddLastErrorTests(TestList* list) {
  list->Add("last_error/sizes", {"R-ext-2"}, &Sizes);
  list->Add("last_error/stays_until_the_next_failure", {"R-ext-1"},
            &StaysUntilTheNextFailure);
  list->Add("last_error/each_thread_has_its_own", {"R-ext-1"},
            &EachThreadHasItsOwn);
  list->Add("last_error/names_what_is_wrong", {"R-ext-1"}, &NamesWhatIsWrong);
}

}  // namespace onnxifi::conformance
