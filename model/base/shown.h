#ifndef SONDA_MODEL_BASE_SHOWN_H
#define SONDA_MODEL_BASE_SHOWN_H

#include <cstddef>
#include <string>
#include <string_view>

/**
 * What somebody else wrote, made fit for a message: a terminal, a journal and a reader must not
 * suffer from it. No state, any thread.
 */
namespace sonda
{

/** Characters of a quoted value that a message shows. */
constexpr std::size_t MOST_SHOWN = 200;

/** Characters of a whole message, beyond which it says nothing more. */
constexpr std::size_t MOST_IN_MESSAGE = 4000;

/**
 * \param text a value that a message quotes, in whatever encoding
 * \param most characters to show
 * \return the text; what would not stand in a line as itself (control characters, separators of
 *         lines, marks that turn the direction of writing, bytes that are no UTF-8) as `\x0a` or
 *         `\u2028`; cut after \p most characters, with "… (N characters)" behind them
 */
std::string Shown(std::string_view text, std::size_t most = MOST_SHOWN);

/** \return the same between double quotes. */
std::string Quoted(std::string_view text);

/** \return a whole message, whose line feeds are its own, treated as Shown() does. */
std::string ShownMessage(std::string_view message);

/** \return whether Shown() would change the text for more than its length. */
bool HasUnprintable(std::string_view text);

} // namespace sonda

#endif
