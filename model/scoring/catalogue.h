#ifndef SONDA_MODEL_SCORING_CATALOGUE_H
#define SONDA_MODEL_SCORING_CATALOGUE_H

#include "model/base/error.h"
#include "model/scoring/formula.h"

#include <string>
#include <string_view>
#include <vector>

namespace sonda
{

/** One named formula of a catalogue. */
struct CatalogueEntry
{
    std::string name;              //!< [a-z][a-z0-9-]*
    std::string score;             //!< text with sense, see Formula
    std::string about;             //!< a sentence for people
    std::vector<std::string> good; //!< variables of which more must never rank worse
    std::vector<std::string> bad;  //!< variables of which more must never rank better
};

/**
 * Named formulas. The built-in ones come from model/scoring/catalogue.json; Add() takes a text of
 * the same form, so that users' files and ours are alike.
 */
class Catalogue
{
  public:
    /** \return the built-in formulas. */
    static Catalogue BuiltIn();

    /**
     * Adds the formulas of a JSON text; one that exists already is an error.
     * \param file where the text comes from, for messages
     * \return how many were added, or the first error
     */
    Expected<std::size_t> Add(std::string_view json, const std::string& file);

    /**
     * \param nameOrText a name in this catalogue, or a text `min: …` or `max: …`
     * \return the parsed formula, or an error that lists the names
     */
    Expected<Formula> Find(const std::string& nameOrText) const;

    const std::vector<CatalogueEntry>&
    Entries() const
    {
        return m_entries;
    }

  private:
    std::vector<CatalogueEntry> m_entries;
};

} // namespace sonda

#endif
