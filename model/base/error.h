#ifndef SONDA_MODEL_BASE_ERROR_H
#define SONDA_MODEL_BASE_ERROR_H

#include <string>
#include <utility>
#include <variant>

namespace sonda
{

/** Why something that a person wrote (an option, a formula, a file) cannot be used, in a sentence.
 */
struct Error
{
    std::string message;
};

/**
 * A value, or the reason why there is none. The reason is an Error, or a Refusal where the other
 * side of the network, not a person, is to blame.
 *
 * Reading the value of a failed result, or the error of a good one, throws std::bad_variant_access.
 */
template <typename T, typename E = Error>
class Expected
{
  public:
    Expected(T value)
        : m_content(std::in_place_index<0>, std::move(value))
    {
    }

    Expected(E error)
        : m_content(std::in_place_index<1>, std::move(error))
    {
    }

    explicit operator bool() const
    {
        return m_content.index() == 0;
    }

    T&
    operator*()
    {
        return std::get<0>(m_content);
    }

    const T&
    operator*() const
    {
        return std::get<0>(m_content);
    }

    T*
    operator->()
    {
        return &std::get<0>(m_content);
    }

    const T*
    operator->() const
    {
        return &std::get<0>(m_content);
    }

    const E&
    GetError() const
    {
        return std::get<1>(m_content);
    }

  private:
    std::variant<T, E> m_content;
};

} // namespace sonda

#endif
