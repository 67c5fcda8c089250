using System.Text.RegularExpressions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>What the names of an entry's backups begin with in its bucket.</summary>
public static partial class BackupEntryPrefix
{
    private const int LengthMax = 512;

    /// <summary>The prefix, without a slash at either end: the entry's name unless its annotation gives another one. Its parts are
    /// safe as names of folders.</summary>
    /// <exception cref="ExtensionException">It is malformed.</exception>
    public static string Of(BackupEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var prefix = entry.Metadata.Annotation(EtcdBackup.PrefixAnnotation) ?? entry.Metadata.Name ?? "";
        return prefix.Length <= LengthMax && Prefixes().IsMatch(prefix)
            ? prefix
            : throw new ExtensionException(
                $"\"{prefix}\" cannot be what names of backups begin with: want letters, digits, '-', '_' and single '.', with '/' "
                + "between parts",
                [ErrorCode.ConfigurationProblem]);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(/[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)*\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Prefixes();
}
