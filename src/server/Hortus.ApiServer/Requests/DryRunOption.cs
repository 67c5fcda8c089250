using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Requests;

/// <summary>The query parameter <c>dryRun</c>.</summary>
internal static class DryRunOption
{
    /// <summary>Whether nothing is to be stored.</summary>
    /// <exception cref="ApiStatusException">422: a value other than All.</exception>
    public static bool Parse(IQueryCollection query, ResourceKind kind, string optionsKind = "CreateOptions")
    {
        var values = query["dryRun"];
        foreach (var value in values)
        {
            if (value is not (null or "All"))
            {
                var errors = new FieldErrors();
                errors.NotSupported(FieldPath.Root["dryRun"], value, ["All"]);
                throw ApiErrors.Invalid(kind with { Group = "meta.k8s.io", Kind = optionsKind }, "", errors);
            }
        }

        return values.Contains("All");
    }
}
