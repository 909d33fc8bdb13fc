#ifndef SONDA_REALNET_ADMIN_HTTP_MESSAGE_H
#define SONDA_REALNET_ADMIN_HTTP_MESSAGE_H

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

struct MHD_Connection;

/** What HttpListener hands to those who answer, and what it takes from them. */
namespace sonda
{

/** A request that has arrived whole. Valid during the call that it is handed to. */
class HttpRequest
{
  public:
    HttpRequest(MHD_Connection* connection, const char* verb, const char* where);

    std::string method;
    std::string path; //!< percent-decoded, without parameters; what holds %00 is left as it was

    /** \return the first header of the name (any case), if there is one. */
    std::optional<std::string> Header(const char* name) const;

    /** \return the first parameter of the name, decoded; "" for one without value. */
    std::optional<std::string> Parameter(const char* name) const;

    /** \return the client's address without port, or "?". */
    std::string Client() const;

  private:
    MHD_Connection* m_connection;
};

/** An answer that comes in pieces. The listener's thread. */
class AnswerStream
{
  public:
    virtual ~AnswerStream() = default;

    /**
     * \return the next piece, which must stay until the next call; empty: there is none yet, and
     *         HttpListener::Wake() (or a heartbeat's time) leads to another call; nothing: the end
     */
    virtual std::optional<std::string_view> Next() = 0;

    /** \return whether it ends by itself, so that a client that takes long can be told from one
     * that is welcome to stay. */
    virtual bool IsFinite() const = 0;
};

struct HttpAnswer
{
    /** Kept by the program for ever, shared by all who asked for the same, or in pieces. */
    using Content = std::variant<std::string_view,
                                 std::shared_ptr<const std::string>,
                                 std::unique_ptr<AnswerStream>>;

    unsigned status{200};
    const char* type{""}; //!< media type
    Content content;
    std::vector<std::pair<const char*, std::string>> headers{}; //!< beside those of every answer
};

} // namespace sonda

#endif
