using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Runtime.Webhooks;

/// <summary>What a webhook thinks of a request.</summary>
public sealed record AdmissionAnswer
{
    private AdmissionAnswer()
    {
    }

    /// <summary>The request may go on as it is.</summary>
    public static AdmissionAnswer Allowed { get; } = new();

    /// <summary>The object as it should be; null leaves it as it is.</summary>
    public JsonObject? Changed { get; private init; }

    /// <summary>Why not; null when the request may go on.</summary>
    public Status? Denial { get; private init; }

    /// <summary>The request may go on with another object.</summary>
    public static AdmissionAnswer Change(JsonObject changed) => new() { Changed = changed };

    /// <summary>The request may not go on.</summary>
    public static AdmissionAnswer Deny(string message) => Deny(403, StatusReason.Forbidden, message);

    /// <summary>The object has a value that cannot be used.</summary>
    public static AdmissionAnswer Invalid(string message) => Deny(422, StatusReason.Invalid, message);

    /// <summary>The object has faults; the answer names each with its field.</summary>
    /// <param name="about">Kind and name.</param>
    /// <param name="errors">The faults; none allows the request.</param>
    public static AdmissionAnswer Invalid(AdmissionRequest about, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(about);
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.IsEmpty)
        {
            return Allowed;
        }

        var answer = Invalid($"{about}: {string.Join("; ", errors.All)}");
        return answer with
        {
            Denial = answer.Denial! with
            {
                Details = new StatusDetails
                {
                    Group = about.Group,
                    Kind = about.Kind,
                    Name = about.Name,
                    Causes =
                    [
                        .. errors.All.Select(error => new StatusCause
                        {
                            Reason = error.Reason,
                            Message = error.Message,
                            Field = error.Field.ToString(),
                        }),
                    ],
                },
            },
        };
    }

    private static AdmissionAnswer Deny(int code, string reason, string message) =>
        new() { Denial = new Status { Outcome = "Failure", Code = code, Reason = reason, Message = message } };
}
